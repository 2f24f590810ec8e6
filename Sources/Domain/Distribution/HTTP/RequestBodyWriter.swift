import AsyncHTTPClient
import NIOCore

/// Writes a request's body piece by piece from the calling thread: while the event loop sends one piece, the next can be
/// made ready, and no more than these two wait.
final class RequestBodyWriter {
    /// Bytes in one piece.
    static let pieceSize = 256 << 10

    private let exchange: HTTPExchange
    private let seconds: Int
    private let stopsAtAnswer: Bool
    private var writer: HTTPClient.Body.StreamWriter?
    private var isWriting = false

    /// - Parameters:
    ///   - seconds: how long one piece may take.
    ///   - stopsAtAnswer: whether nothing more is written once the server has answered. Otherwise it gets as much as it
    ///     takes: one that has been promised a length may want all of it although it knows its answer.
    init(_ exchange: HTTPExchange, seconds: Int = HTTPExchange.idleLimit, stopsAtAnswer: Bool) {
        self.exchange = exchange
        self.seconds = seconds
        self.stopsAtAnswer = stopsAtAnswer
    }

    /// Waits until the server wants the body; false when it has answered without.
    func start() throws -> Bool {
        writer = try exchange.awaitWriter()
        return writer != nil
    }

    /// Sends a piece once the one before is on its way.
    ///
    /// - Returns: false when it cannot be sent, since the server has answered or the connection broke: the answer's head
    ///   tells which. The body then counts as complete.
    func send(_ piece: ByteBuffer) throws -> Bool {
        guard awaitPending() else { return false }
        if writer == nil || stopsAtAnswer {
            guard try start() else { return false }
        }
        guard let writer else { return false }
        exchange.write(piece, to: writer)
        isWriting = true
        return true
    }

    /// Waits for the last piece and says that the body is complete.
    ///
    /// - Returns: as `send`.
    func finish() -> Bool {
        guard awaitPending() else { return false }
        exchange.finishBody()
        return true
    }

    private func awaitPending() -> Bool {
        guard isWriting, !exchange.awaitWrite(seconds: seconds) else { return true }
        exchange.finishBody()
        return false
    }
}
