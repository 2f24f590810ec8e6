import CLinux
import Glibc
import Synchronization

/// Distributes independent work over a few threads.
package enum WorkerPool {
    /// The number of processors this process may use; at least 1.
    package static var processorCount: Int {
        let usable = linux_usable_processors()
        // EINVAL means more than the set can hold, which is plenty.
        return usable == -EINVAL ? 1024 : max(Int(usable), 1)
    }

    /// Applies `body` to all items on up to `threads` threads (including the calling one) and returns the results in
    /// the items' order. After an error no new item is started; the error of the earliest failed item is thrown once
    /// all threads have ended.
    package static func map<Item: Sendable, Result: Sendable>(
        _ items: [Item], threads: Int, _ body: @Sendable (Item) throws -> Result
    ) throws -> [Result] {
        let wanted = min(threads, items.count)
        if wanted <= 1 { return try items.map(body) }
        return try withoutActuallyEscaping(body) { body in
            let shared = SharedWork(items, body)
            // Fewer threads than requested are fine: even the calling one alone would do.
            let helpers = (1..<wanted).compactMap { _ in try? PlainThread { shared.run() } }
            shared.run()
            for helper in helpers { helper.join() }
            return try shared.results()
        }
    }
}

private final class SharedWork<Item: Sendable, Value: Sendable>: Sendable {
    private struct State {
        var next = 0
        var values: [Value?]
        var failure: (index: Int, error: any Error)?
    }

    private let items: [Item]
    private let body: @Sendable (Item) throws -> Value
    private let state: Mutex<State>

    init(_ items: [Item], _ body: @escaping @Sendable (Item) throws -> Value) {
        self.items = items
        self.body = body
        state = Mutex(State(values: Array(repeating: nil, count: items.count)))
    }

    func run() {
        while let index = take() {
            do {
                let value = try body(items[index])
                state.withLock { $0.values[index] = value }
            } catch {
                state.withLock {
                    if $0.failure.map({ index < $0.index }) ?? true { $0.failure = (index, error) }
                }
            }
        }
    }

    private func take() -> Int? {
        state.withLock { state in
            guard state.failure == nil, state.next < items.count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func results() throws -> [Value] {
        try state.withLock {
            if let failure = $0.failure { throw failure.error }
            return $0.values.compactMap(\.self)
        }
    }
}
