import ContentDigest
import StreamCompression

/// The digest of streamed bytes, computed on a separate thread once there are many of them. The stream belongs to that
/// thread from its start until `finish`. Not thread-safe.
final class ParallelDigest {
    /// Smaller content is hashed faster than a thread starts.
    private static let directBytes: Int64 = 1 << 20

    private let stream = SHA256Stream()
    private var sink: ThreadedSink?
    private var wantsThread: Bool

    init(usesThread: Bool = true) {
        wantsThread = usesThread
    }

    /// Hashes the next bytes.
    func update(_ bytes: UnsafeRawBufferPointer) throws {
        if let sink { return try sink.write(bytes) }
        stream.update(bytes)
        guard wantsThread, stream.byteCount >= Self.directBytes else { return }
        wantsThread = false
        // Where no more threads can be started, the calling one does it.
        sink = try? ThreadedSink(ClosureSink { [stream] in stream.update($0) }, bufferSize: 256 << 10)
    }

    /// The digest and the length of all bytes. No more bytes may follow.
    func finish() throws -> (digest: Digest, byteCount: Int64) {
        try sink?.finish()
        sink = nil
        return (stream.finalize(), stream.byteCount)
    }
}
