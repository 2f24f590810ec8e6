import StreamCompression

/// Compresses what it reads, for destinations that pull bytes from a source.
final class CompressingSource: ByteSource {
    private let upstream: any ByteSource
    private let ready = PendingBytes()
    private let sink: CompressingSink
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    private var isFinished = false

    init(_ upstream: any ByteSource, _ compression: Compression, level: Int? = nil, threads: Int) throws {
        self.upstream = upstream
        sink = try CompressingSink(ready, compression, level: level, threads: threads)
    }

    deinit {
        buffer.deallocate()
    }

    func read(into destination: UnsafeMutableRawBufferPointer) throws -> Int {
        while ready.isEmpty, !isFinished {
            let count = try upstream.read(into: buffer)
            if count == 0 {
                isFinished = true
                try sink.finish()
            } else {
                try sink.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
        return ready.take(into: destination)
    }
}

/// Unread compressed bytes; at most the output for one buffer of input.
private final class PendingBytes: ByteSink {
    private var bytes: [UInt8] = []
    private var start = 0

    var isEmpty: Bool { start == bytes.count }

    func write(_ more: UnsafeRawBufferPointer) throws {
        if isEmpty {
            bytes.removeAll(keepingCapacity: true)
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    func finish() throws {}

    func take(into destination: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(destination.count, bytes.count - start)
        bytes.withUnsafeBytes { source in
            destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<(start + count)]))
        }
        start += count
        return count
    }
}
