import CLinux
import Glibc

/// A pipe, both ends of which are closed on exec.
package struct Pipe: ~Copyable, Sendable {
    package let reader: OwnedFD
    package let writer: OwnedFD

    package init() throws(LinuxError) {
        var ends: [Int32] = [-1, -1]
        try checked(linux_pipe2(&ends, LINUX_O_CLOEXEC), "pipe")
        reader = OwnedFD(adopting: ends[0])
        writer = OwnedFD(adopting: ends[1])
    }

    /// The two ends, which the caller closes.
    package consuming func split() throws(LinuxError) -> (reader: Int32, writer: Int32) {
        let first = try reader.duplicate()
        let second = try writer.duplicate()
        return (first.release(), second.release())
    }
}

/// Wakes a thread that polls a descriptor.
package struct WakeUp: ~Copyable, Sendable {
    private let counter: OwnedFD

    package init() throws(LinuxError) {
        counter = OwnedFD(adopting: try checked(linux_event_counter(), "eventfd"))
    }

    /// Readable from `signal` until `clear`.
    package var fd: Int32 { counter.raw }

    package func signal() {
        var one: UInt64 = 1
        _ = linux_write(counter.raw, &one, 8)
    }

    package func clear() {
        var count: UInt64 = 0
        _ = linux_read(counter.raw, &count, 8)
    }
}
