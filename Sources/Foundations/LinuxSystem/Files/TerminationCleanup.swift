import CLinux
import Glibc
import Synchronization

/// Removes temporary directories when SIGHUP, SIGINT or SIGTERM ends this process.
///
/// Signals that the process ignores, or that something else handles, like a running step, are left alone.
enum TerminationCleanup {
    private static let paths = Mutex<Set<String>>([])
    /// Starts with the first directory: commands without any keep the signals' default actions, and have no thread.
    private static let watcher: PlainThread? = start()

    static func add(_ path: String) {
        paths.withLock { _ = $0.insert(path) }
        _ = watcher
    }

    static func forget(_ path: String) {
        paths.withLock { _ = $0.remove(path) }
    }

    private static func start() -> PlainThread? {
        let reader = linux_watch_termination()
        guard reader >= 0 else { return nil }
        return try? PlainThread {
            var number: UInt8 = 0
            while true {
                let count = linux_read(reader, &number, 1)
                if count == 1 { break }
                if count != -Int(EINTR) { return }
            }
            end(by: Int32(number))
        }
    }

    private static func end(by number: Int32) {
        // Programs that were started must not write while their files are removed, nor survive.
        ProcessTree.signalDescendants(of: getpid(), SIGSTOP)
        for path in paths.withLock({ $0 }) { try? Files.removeTree(path) }
        ProcessTree.signalDescendants(of: getpid(), SIGKILL)
        linux_die_of_signal(number)
    }
}
