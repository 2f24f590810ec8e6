import Glibc

/// A lock between the threads of this process that the holding thread may acquire again.
///
/// `@unchecked Sendable`: the mutex lives at a fixed address from `init` to `deinit` and is only accessed through the
/// pthread functions, which are thread-safe.
final class RecursiveLock: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() {
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, &attributes)
        pthread_mutexattr_destroy(&attributes)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deinitialize(count: 1)
        mutex.deallocate()
    }

    /// Waits until no other thread holds it.
    func enter() {
        pthread_mutex_lock(mutex)
    }

    /// Releases it once; the last release admits other threads.
    func leave() {
        pthread_mutex_unlock(mutex)
    }

    /// Runs `body` while no other thread holds it.
    func locked<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T {
        enter()
        defer { leave() }
        return try body()
    }
}
