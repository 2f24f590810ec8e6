import Glibc

/// The resources that this process and the children it waited for have used.
package struct ResourceUsage: Sendable {
    /// Milliseconds on a monotonic clock, or between two such readings.
    package let elapsed: Int64
    /// Milliseconds of processor time in the kernel.
    package let system: Int64
    /// Milliseconds of processor time in programs.
    package let user: Int64
    /// Bytes read from and written to block devices.
    package let input, output: Int64

    /// The resources used since the process was started.
    package static func now() -> ResourceUsage {
        var own = rusage()
        var children = rusage()
        getrusage(RUSAGE_SELF.rawValue, &own)
        getrusage(RUSAGE_CHILDREN.rawValue, &children)
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        func milliseconds(_ time: timeval) -> Int64 { Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_usec) / 1000 }
        return ResourceUsage(
            elapsed: Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000,
            system: milliseconds(own.ru_stime) &+ milliseconds(children.ru_stime),
            user: milliseconds(own.ru_utime) &+ milliseconds(children.ru_utime),
            input: (Int64(own.ru_inblock) &+ Int64(children.ru_inblock)) &* 512,
            output: (Int64(own.ru_oublock) &+ Int64(children.ru_oublock)) &* 512)
    }

    /// What was used after `earlier`.
    package func since(_ earlier: ResourceUsage) -> ResourceUsage {
        ResourceUsage(
            elapsed: elapsed &- earlier.elapsed, system: system &- earlier.system, user: user &- earlier.user,
            input: input &- earlier.input, output: output &- earlier.output)
    }
}
