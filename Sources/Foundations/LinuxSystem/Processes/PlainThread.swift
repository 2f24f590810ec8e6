import Glibc

/// An operating system thread, for blocking work.
package final class PlainThread: @unchecked Sendable {
    // Unchecked because `pthread_t` is a plain number on Linux; it is written once, before the value is shared.
    private let thread: pthread_t

    /// The thread's body, passed through pthread_create's untyped pointer.
    private final class Start {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Starts a thread. Throws `EAGAIN` if the system cannot create another.
    package init(_ body: @escaping @Sendable () -> Void) throws(LinuxError) {
        let start = Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, start.toOpaque())
        if result != 0 {
            start.release()
            throw LinuxError("start thread", code: result)
        }
        self.thread = thread
    }

    /// Waits for the thread to end. Call it exactly once.
    package func join() {
        pthread_join(thread, nil)
    }
}
