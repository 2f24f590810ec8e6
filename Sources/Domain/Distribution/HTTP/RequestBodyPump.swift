import NIOCore
import StreamCompression

/// Sends a request's body from the calling thread: reads the next piece while the event loop sends the previous one.
struct RequestBodyPump {
    let exchange: HTTPExchange

    /// A failure of the source, which concerns the caller and not the server.
    struct SourceFailure: Error {
        let cause: any Error
    }

    /// Sends all of `source`, or as much as the server accepts.
    ///
    /// - Throws: ``SourceFailure``, or the connection's error.
    func send(_ source: any ByteSource) throws {
        let writer = RequestBodyWriter(exchange, stopsAtAnswer: false)
        guard try writer.start() else { return }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: RequestBodyWriter.pieceSize, alignment: 64)
        defer { piece.deallocate() }
        while true {
            let count: Int
            do {
                count = try source.readFully(into: piece)
            } catch {
                exchange.finishBody(error)
                exchange.abandon()
                throw SourceFailure(cause: error)
            }
            guard count > 0 else {
                _ = writer.finish()
                return
            }
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            guard try writer.send(buffer) else { return }
        }
    }
}
