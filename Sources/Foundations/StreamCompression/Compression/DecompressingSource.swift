/// Decompresses another source as it is read, in bounded memory whatever the input.
///
/// Concatenated streams of one format are read as one, as the command-line tools do. Checksums are verified. Any other
/// trailing data is an error, except zero bytes after gzip (tape padding), as for `gzip -d`.
package final class DecompressingSource: ByteSource {
    /// The format, specified or detected.
    package let compression: Compression

    private let upstream: any ByteSource
    private let decoder: (any StreamDecoder)?
    private var input = SlidingBuffer(capacity: 256 << 10)
    private var inputEnded = false
    private var output: SlidingBuffer
    /// After an error the codec cannot continue.
    private var failure: (any Error)?

    /// Reads `upstream` as `compression`; nil detects the format from the first bytes.
    ///
    /// Detection reads from `upstream` and rethrows its errors; unknown formats are passed through as `none`.
    package init(_ upstream: any ByteSource, _ compression: Compression?) throws {
        self.upstream = upstream
        if let compression {
            self.compression = compression
        } else {
            while input.count < Compression.magicLength, !inputEnded {
                inputEnded = try input.refill(from: upstream) == 0
            }
            self.compression = Compression.detect(input.prefix(Compression.magicLength))
        }
        decoder = try Self.decoder(for: self.compression)
        output = SlidingBuffer(capacity: decoder == nil ? 0 : 256 << 10)
    }

    private static func decoder(for compression: Compression) throws -> (any StreamDecoder)? {
        switch compression {
        case .none: nil
        case .gzip: try GzipDecoder()
        case .zstd: try ZstdDecoder()
        case .xz: try XZDecoder()
        case .bzip2: BZip2Decoder()
        }
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !buffer.isEmpty else { return 0 }
        guard let decoder else {
            return input.isEmpty ? try upstream.read(into: buffer) : input.take(into: buffer)
        }
        if output.isEmpty {
            // Each call of a codec has a cost: small reads are served from a buffer, large ones decode in place.
            if buffer.count >= output.capacity / 2 { return try decode(decoder, into: buffer) }
            output.commit(try decode(decoder, into: output.reset()))
        }
        return output.take(into: buffer)
    }

    private func decode(_ decoder: any StreamDecoder, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if let failure { throw failure }
        do {
            return try decodeSome(decoder, into: buffer)
        } catch {
            failure = error
            throw error
        }
    }

    private func decodeSome(_ decoder: any StreamDecoder, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var produced = 0
        while produced < buffer.count {
            let progress = try decoder.decode(
                input.contents, into: UnsafeMutableRawBufferPointer(rebasing: buffer[produced...]))
            input.drop(progress.consumed)
            produced += progress.produced
            if progress.consumed > 0 || progress.produced > 0 { continue }
            if inputEnded {
                if produced == 0 { try decoder.inputEnded() }
                break
            }
            // Available bytes are not held back to wait for a slow upstream.
            if produced > 0, input.isEmpty { break }
            inputEnded = try input.refill(from: upstream) == 0
        }
        return produced
    }
}
