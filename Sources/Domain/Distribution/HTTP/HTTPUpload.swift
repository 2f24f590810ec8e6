import NIOCore
import NIOHTTP1
import StreamCompression

/// A request whose body the caller writes piece by piece, without knowing its length in advance. The next piece is
/// filled while the event loop sends the previous one. Dropping this before `finish` breaks the connection, so that the
/// server never mistakes a part for the whole.
final class HTTPUpload: ByteSink {
    private let exchange: HTTPExchange
    private let request: HTTPRequest
    private let writer: RequestBodyWriter
    private let record: RequestRecord
    private var piece = ByteBufferAllocator().buffer(capacity: RequestBodyWriter.pieceSize)
    private var isAnswered = false

    /// A request that has been started.
    init(_ exchange: HTTPExchange, of request: HTTPRequest) {
        self.exchange = exchange
        self.request = request
        record = RequestRecord(request)
        writer = RequestBodyWriter(exchange, seconds: request.patience, stopsAtAnswer: true)
    }

    deinit {
        if !isAnswered { exchange.abandon() }
    }

    /// - Throws: ``RegistryError``, including the server's response if that comes before the body is complete.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, RequestBodyWriter.pieceSize - piece.readableBytes)
            piece.writeBytes(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if piece.readableBytes == RequestBodyWriter.pieceSize { try sendPiece() }
        }
    }

    func finish() throws {
        if piece.readableBytes > 0 { try sendPiece() }
        guard writer.finish() else { throw try earlyAnswer() }
    }

    /// The server's final response. Must be called once, after `finish`.
    func response() throws -> HTTPResponse {
        do {
            let head = try exchange.awaitHead(seconds: request.patience)
            isAnswered = true
            record.end(status: "\(head.status.code)")
            return HTTPResponse(head, of: exchange, from: request.address)
        } catch {
            let failure = HTTPFailure.describe(error, at: request.address)
            record.end(failure)
            throw failure
        }
    }

    private func sendPiece() throws {
        let isSent: Bool
        do {
            isSent = try writer.send(piece)
        } catch {
            throw HTTPFailure.describe(error, at: request.address)
        }
        guard isSent else { throw try earlyAnswer() }
        piece = ByteBufferAllocator().buffer(capacity: RequestBodyWriter.pieceSize)
    }

    /// The error for a piece that cannot be sent: the server has already responded, or the connection broke.
    private func earlyAnswer() throws -> RegistryError {
        let answer = try response()
        guard !answer.isSuccess else {
            return RegistryError(.malformed, "\(request.address): the server did not wait for the end")
        }
        return RegistryErrorResponse.error(answer)
    }
}
