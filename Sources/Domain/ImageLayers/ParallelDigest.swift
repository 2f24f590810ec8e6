import ContentDigest
import StreamCompression

/// The digest of bytes that arrive piece by piece, computed on a thread of its own once there are many of them. The stream
/// belongs to that thread from its start until `finish` has ended it. Not for use from two threads at once.
final class ParallelDigest {
    /// Less than this is digested faster than a thread starts.
    private static let directBytes: Int64 = 1 << 20

    private let stream = SHA256Stream()
    private var sink: ThreadedSink?
    private var wantsThread: Bool

    init(usesThread: Bool = true) {
        wantsThread = usesThread
    }

    /// Takes the next bytes.
    func update(_ bytes: UnsafeRawBufferPointer) throws {
        if let sink { return try sink.write(bytes) }
        stream.update(bytes)
        guard wantsThread, stream.byteCount >= Self.directBytes else { return }
        wantsThread = false
        // Where no more threads are allowed, the calling one does it.
        sink = try? ThreadedSink(ClosureSink { [stream] in stream.update($0) }, bufferSize: 256 << 10)
    }

    /// The digest and the number of all bytes. Nothing may follow.
    func finish() throws -> (digest: Digest, byteCount: Int64) {
        try sink?.finish()
        sink = nil
        return (stream.finalize(), stream.byteCount)
    }
}
