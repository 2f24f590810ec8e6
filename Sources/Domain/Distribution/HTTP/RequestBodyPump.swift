import AsyncHTTPClient
import NIOCore
import StreamCompression

/// Sends a request's body from the calling thread: reads the next piece while the event loop sends the one before.
struct RequestBodyPump {
    /// Bytes in one piece.
    private static let pieceSize = 256 << 10

    let exchange: HTTPExchange
    let allocator = ByteBufferAllocator()

    /// What went wrong with the source, which is its caller's affair and not the server's.
    struct SourceFailure: Error {
        let cause: any Error
    }

    /// Sends all of `source`, or as much as the server wants before it answers.
    ///
    /// - Throws: ``SourceFailure``, or what the connection failed with.
    func send(_ source: any ByteSource) throws {
        guard let writer = try exchange.awaitWriter() else { return }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 64)
        defer { piece.deallocate() }
        var isFirst = true
        while true {
            let count: Int
            do {
                count = try source.readFully(into: piece)
            } catch {
                exchange.finishBody(error)
                exchange.abandon()
                throw SourceFailure(cause: error)
            }
            // A server that has answered, or a connection that broke: the answer's head tells which.
            if !isFirst, !exchange.awaitWrite() { return exchange.finishBody() }
            isFirst = false
            if count == 0 { return exchange.finishBody() }
            var buffer = allocator.buffer(capacity: count)
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            exchange.write(buffer, to: writer)
        }
    }
}
