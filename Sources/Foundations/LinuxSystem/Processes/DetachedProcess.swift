import CLinux
import Glibc

/// A process that lives on when this one has ended.
package enum DetachedProcess {
    /// Starts a program, with the streams given (-1: this process's own), without waiting for it.
    ///
    /// - Parameters:
    ///   - program: its path; `arguments` begins with the name that it is given.
    ///   - environment: `NAME=value`.
    package static func start(
        _ program: String, _ arguments: [String], environment: [String], streams: (Int32, Int32, Int32)
    ) throws(LinuxError) {
        let vector = CStringVector(arguments)
        let variables = CStringVector(environment)
        let pid = program.withCString { path in
            var plan = linux_spawn_plan(
                program: path, argv: vector.pointer, environment: variables.pointer, directory: nil, streams: streams)
            return linux_spawn(&plan)
        }
        try checked(pid, "run", program)
    }

    /// What such a program does first: it leaves the terminal, and gives up all descriptors but the standard streams.
    package static func begin() {
        _ = setsid()
        _ = linux_close_from(3)
    }

    /// Lets a standard stream be `/dev/null`.
    package static func discard(stream: Int32) {
        guard let null = try? OwnedFD.open("/dev/null", O_RDWR) else { return }
        _ = linux_replace_descriptor(null.raw, stream)
    }
}
