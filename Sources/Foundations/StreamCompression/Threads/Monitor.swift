import Glibc

/// State shared between threads: a mutex with one condition variable.
///
/// `@unchecked Sendable`: the state is accessed only with the mutex held.
package final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    package init(_ state: State) {
        self.state = state
        var attributes = pthread_condattr_t()
        // None of these can fail with these attributes on Linux. The clock is the monotonic one, which nobody sets.
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Changes the state and wakes every waiter.
    package func update<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let result = try body(&state)
        pthread_cond_broadcast(condition)
        return result
    }

    /// Waits until `isReady`, evaluated now and after each change, holds; then does the same as `update`.
    package func wait<Result>(
        until isReady: (State) -> Bool, then body: (inout State) throws -> Result
    ) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isReady(state) { pthread_cond_wait(condition, mutex) }
        let result = try body(&state)
        pthread_cond_broadcast(condition)
        return result
    }

    /// Waits until `body`, evaluated now and after each change, returns a value; nil after `seconds`.
    package func wait<Result>(seconds: Int, _ body: (inout State) throws -> Result?) rethrows -> Result? {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        deadline.tv_sec += seconds
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = try body(&state) { return result }
            if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { return try body(&state) }
        }
    }
}
