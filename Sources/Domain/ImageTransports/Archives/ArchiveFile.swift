import Glibc
import LinuxSystem
import StreamCompression
import TarArchive

/// A tar archive with random access: its entries are indexed once.
///
/// A compressed archive, or one read from a pipe, is first unpacked into an unnamed temporary file.
final class ArchiveFile: LayoutFiles {
    let path: String
    private let file: SharedFile
    private let index: ArchiveIndex

    /// - Parameter temporaryDirectory: where to unpack a compressed archive.
    convenience init(path: String, temporaryDirectory: String) throws {
        try self.init(path) { try Self.open(path, temporaryDirectory: temporaryDirectory) }
    }

    /// An archive read from a stream.
    ///
    /// - Parameter place: its name in messages.
    convenience init(spooling source: any ByteSource, place: String, temporaryDirectory: String) throws {
        try self.init(place) { try SharedFile(spooling: source, in: temporaryDirectory, path: place) }
    }

    private init(_ path: String, _ open: () throws -> SharedFile) throws {
        self.path = path
        let file = try TransportError.wrapping(path, open)
        self.file = file
        index = try TransportError.wrapping(path) { try ArchiveIndex(of: file) }
    }

    func open(_ name: String) throws(TransportError) -> (file: SharedFile, range: Range<Int64>)? {
        index.content(of: name).map { (file, $0) }
    }

    private static func open(_ path: String, temporaryDirectory: String) throws -> SharedFile {
        // Without blocking, since a named pipe may never have a writer.
        let descriptor = try OwnedFD.open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK)
        let status = try descriptor.status()
        guard [.regular, .fifo, .socket].contains(status.kind) else {
            throw TransportError(.malformed, "neither a regular file nor a pipe", at: path)
        }
        guard try status.kind != .fifo || status.device == Self.pipeDevice() else {
            throw TransportError(
                .unsupported, "a named pipe cannot be opened as an archive: use /dev/stdin with a pipe", at: path)
        }
        _ = fcntl(descriptor.raw, F_SETFL, O_RDONLY)
        if status.kind == .regular {
            var magic = [UInt8](repeating: 0, count: Compression.magicLength)
            let count = max(pread(descriptor.raw, &magic, magic.count, 0), 0)
            if Compression.detect(Array(magic[..<count])) == .none { return try SharedFile(descriptor, path: path) }
        }
        let unpacked = try DecompressingSource(FileDescriptorSource(fd: descriptor.raw), nil)
        return try SharedFile(spooling: startingWithHeader(unpacked, path), in: temporaryDirectory, path: path)
    }

    /// The device number of pipes without a name.
    private static func pipeDevice() throws(LinuxError) -> UInt64 {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw LinuxError("pipe", code: errno) }
        let writer = OwnedFD(adopting: ends[1])
        writer.close()
        return try OwnedFD(adopting: ends[0]).status().device
    }

    /// The same data, refused at once where it is no archive: a stream of anything else might have no end.
    private static func startingWithHeader(_ source: any ByteSource, _ path: String) throws -> any ByteSource {
        var block = [UInt8](repeating: 0, count: TarDetection.blockSize)
        var filled = 0
        while filled < block.count {
            let count = try block.withUnsafeMutableBytes { bytes in
                try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
            }
            if count == 0 { break }
            filled += count
        }
        guard TarDetection.isHeader(block) else { throw TransportError(.malformed, "not a tar archive", at: path) }
        var start = block[...]
        return ClosureSource { buffer in
            guard !start.isEmpty else { return try source.read(into: buffer) }
            let count = min(buffer.count, start.count)
            buffer.copyBytes(from: start.prefix(count))
            start.removeFirst(count)
            return count
        }
    }
}
