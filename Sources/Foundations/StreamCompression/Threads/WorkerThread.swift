import Glibc

/// A POSIX thread with all signals blocked. Its owner must join or detach it exactly once.
final class WorkerThread {
    private let handle: pthread_t

    /// Starts a thread that runs `body` and ends.
    init(_ body: @escaping @Sendable () -> Void) throws(CompressionError) {
        let context = Unmanaged.passRetained(Body(body))
        // Signals are left to the threads that handle them: the new thread inherits a full mask.
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }

        var handle = pthread_t()
        let code = pthread_create(
            &handle, nil,
            { raw in
                if let raw { Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run() }
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw .system("start a thread", code)
        }
        self.handle = handle
    }

    /// Waits for the thread to end.
    func join() {
        pthread_join(handle, nil)
    }

    /// Lets the thread end by itself.
    func detach() {
        pthread_detach(handle)
    }

    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}
