import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import StreamCompression

/// One request in flight: the event loop produces the response, a plain thread consumes it.
///
/// At most ``highWater`` bytes of the body are buffered: beyond that the connection is not read until the thread has
/// caught up. Idle time is only measured while the thread waits, so a slow reader never times out.
final class HTTPExchange: HTTPClientResponseDelegate {
    typealias Response = Void

    /// The maximum number of buffered bytes.
    static let highWater = 4 << 20

    private struct State {
        var head: HTTPResponseHead?
        var parts = CircularBuffer<ByteBuffer>()
        var waitingBytes = 0
        /// Makes the event loop continue reading.
        var resume: EventLoopPromise<Void>?
        var writer: HTTPClient.Body.StreamWriter?
        var bodyDone: EventLoopPromise<Void>?
        /// Whether the last written piece of the request's body was sent; nil while that is pending.
        var isWritten: Bool?
        var isEnded = false
        var isAbandoned = false
        var failure: (any Error)?
        var task: HTTPClient.Task<Void>?
    }

    private let state = Monitor(State())

    /// How many seconds either side may be idle before the request fails.
    static let idleLimit = 60

    func start(_ request: HTTPClient.Request, on client: HTTPClient) {
        let task = client.execute(request: request, delegate: self)
        let isAbandoned = state.update { state in
            // If it is already over, nothing would release the task.
            if !state.isEnded, state.failure == nil { state.task = task }
            return state.isAbandoned
        }
        if isAbandoned { task.cancel() }
    }

    // MARK: Event loop

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        state.update { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        state.update { state in
            guard !state.isAbandoned else { return task.eventLoop.makeSucceededVoidFuture() }
            state.parts.append(buffer)
            state.waitingBytes += buffer.readableBytes
            guard state.waitingBytes >= Self.highWater else { return task.eventLoop.makeSucceededVoidFuture() }
            let promise = task.eventLoop.makePromise(of: Void.self)
            state.resume = promise
            return promise.futureResult
        }
    }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) {
        end(error)
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws {
        end(nil)
    }

    private func end(_ failure: (any Error)?) {
        let (resume, bodyDone) = state.update { state in
            state.isEnded = failure == nil
            state.failure = failure
            state.task = nil
            defer { (state.resume, state.bodyDone, state.writer) = (nil, nil, nil) }
            return (state.resume, state.bodyDone)
        }
        resume?.succeed()
        bodyDone?.succeed()
    }

    /// Called when the event loop wants the request's body.
    func offer(_ writer: HTTPClient.Body.StreamWriter, done: EventLoopPromise<Void>) {
        let isOver = state.update { state in
            let isOver = state.failure != nil || state.isEnded || state.isAbandoned
            if !isOver { (state.writer, state.bodyDone) = (writer, done) }
            return isOver
        }
        if isOver { done.fail(HTTPClientError.cancelled) }
    }

    // MARK: Thread

    /// Waits for the response's head.
    func awaitHead(seconds: Int) throws -> HTTPResponseHead {
        let head = try state.wait(seconds: seconds) { state -> HTTPResponseHead? in
            if let failure = state.failure, state.head == nil { throw failure }
            return state.head
        }
        guard let head else {
            abandon()
            throw HTTPClientError.readTimeout
        }
        return head
    }

    /// Waits for the next piece of the body; nil at its end.
    func nextPart() throws -> ByteBuffer? {
        enum Step {
            case part(ByteBuffer, EventLoopPromise<Void>?)
            case end
        }
        let step = try state.wait(seconds: Self.idleLimit) { state -> Step? in
            if let part = state.parts.popFirst() {
                state.waitingBytes -= part.readableBytes
                guard state.waitingBytes <= Self.highWater / 2 else { return .part(part, nil) }
                defer { state.resume = nil }
                return .part(part, state.resume)
            }
            if let failure = state.failure { throw failure }
            return state.isEnded ? .end : nil
        }
        switch step {
        case .part(let part, let resume):
            resume?.succeed()
            return part
        case .end: return nil
        case nil:
            abandon()
            throw HTTPClientError.readTimeout
        }
    }

    /// Waits until the body may be written; nil if the server has already responded.
    func awaitWriter() throws -> HTTPClient.Body.StreamWriter? {
        enum Step {
            case write(HTTPClient.Body.StreamWriter)
            case answered
        }
        let step = try state.wait(seconds: Self.idleLimit) { state -> Step? in
            if state.head != nil || state.isEnded { return .answered }
            if let failure = state.failure { throw failure }
            return state.writer.map { .write($0) }
        }
        switch step {
        case .write(let writer): return writer
        case .answered: return nil
        case nil:
            abandon()
            throw HTTPClientError.writeTimeout
        }
    }

    /// Starts sending a piece of the request's body.
    func write(_ piece: ByteBuffer, to writer: HTTPClient.Body.StreamWriter) {
        state.update { $0.isWritten = nil }
        let state = state
        writer.write(.byteBuffer(piece)).whenComplete { outcome in
            state.update { $0.isWritten = (try? outcome.get()) != nil }
        }
    }

    /// Waits until the piece has been sent; false if it could not be sent in time or at all.
    func awaitWrite(seconds: Int = idleLimit) -> Bool {
        let isWritten = state.wait(seconds: seconds) { state -> Bool? in
            // Once the request is over, the write may never be completed.
            state.isWritten ?? (state.head != nil || state.isEnded || state.failure != nil ? false : nil)
        }
        return isWritten ?? false
    }

    /// Ends the request's body, or fails it.
    func finishBody(_ failure: (any Error)? = nil) {
        let done = state.update { state in
            defer { (state.bodyDone, state.writer) = (nil, nil) }
            return state.bodyDone
        }
        if let failure { done?.fail(failure) } else { done?.succeed() }
    }

    /// Drops the response: closes the connection unless everything has arrived.
    func abandon() {
        let (resume, done, task) = state.update { state in
            state.isAbandoned = true
            state.parts.removeAll()
            state.waitingBytes = 0
            defer { (state.resume, state.bodyDone, state.writer, state.task) = (nil, nil, nil, nil) }
            return (state.resume, state.bodyDone, state.task)
        }
        task?.cancel()
        resume?.succeed()
        done?.fail(HTTPClientError.cancelled)
    }
}
