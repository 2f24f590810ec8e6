import AsyncHTTPClient
import NIOCore

/// Writes a request's body piece by piece from the calling thread: while the event loop sends one piece, the next can
/// be prepared; no more than these two are buffered.
final class RequestBodyWriter {
    /// The size of a piece in bytes.
    static let pieceSize = 256 << 10

    private let exchange: HTTPExchange
    private let seconds: Int
    private let stopsAtAnswer: Bool
    private var writer: HTTPClient.Body.StreamWriter?
    private var isWriting = false

    /// - Parameters:
    ///   - seconds: how long one piece may take.
    ///   - stopsAtAnswer: whether to stop writing once the server has responded. Otherwise it gets as much as it
    ///     accepts: a server that was promised a length may want all of it although it has already responded.
    init(_ exchange: HTTPExchange, seconds: Int = HTTPExchange.idleLimit, stopsAtAnswer: Bool) {
        self.exchange = exchange
        self.seconds = seconds
        self.stopsAtAnswer = stopsAtAnswer
    }

    /// Waits until the server wants the body; false if it has responded without.
    func start() throws -> Bool {
        writer = try exchange.awaitWriter()
        return writer != nil
    }

    /// Sends a piece once the previous one has been sent.
    ///
    /// - Returns: false if it cannot be sent, because the server has responded or the connection broke: the response's
    ///   head tells which. The body then counts as complete.
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

    /// Waits for the last piece and ends the body.
    ///
    /// - Returns: see `send`.
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
