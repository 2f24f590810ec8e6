/// Limits set through control groups (cgroups(7), version 2).
package struct ResourceControls: Sendable, Equatable {
    /// The memory limit in bytes; nil for no limit.
    package var memory: Int64?
    /// The limit on memory and swap together in bytes; -1 for no limit on swap.
    package var memoryAndSwap: Int64?
    /// CPU time in each period, and the period, in microseconds.
    package var cpuQuota, cpuPeriod: Int64?
    /// The CPU weight of version 1, 2 to 262144, by default 1024.
    package var cpuShares: Int64?
    /// CPUs and memory nodes: `0-3`, `0,1`.
    package var cpusetCPUs, cpusetMems: String?
    /// The maximum number of processes.
    package var processes: Int64?
    /// The parent group, as a path below the root of the hierarchy; nil for the parent of this process's group.
    package var parent: String?

    /// No limits.
    package init() {}

    /// The files of a control group and the values to write to them.
    var settings: [(file: String, value: String)] {
        var settings: [(String, String)] = []
        func add(_ file: String, _ value: Int64?) {
            if let value { settings.append((file, value < 0 ? "max" : "\(value)")) }
        }
        add("memory.max", memory)
        if let memoryAndSwap {
            // Version 2 limits swap separately.
            add("memory.swap.max", memoryAndSwap < 0 ? -1 : max(memoryAndSwap - (memory ?? 0), 0))
        }
        if cpuQuota != nil || cpuPeriod != nil {
            let quota = cpuQuota.map { $0 <= 0 ? "max" : "\($0)" } ?? "max"
            settings.append(("cpu.max", "\(quota) \(cpuPeriod ?? 100_000)"))
        }
        // The conversion of OCI runtimes: 2...262144 to 1...10000.
        add("cpu.weight", cpuShares.map { 1 + (min(max($0, 2), 262_144) - 2) * 9999 / 262_142 })
        if let cpusetCPUs { settings.append(("cpuset.cpus", cpusetCPUs)) }
        if let cpusetMems { settings.append(("cpuset.mems", cpusetMems)) }
        add("pids.max", processes.map { $0 <= 0 ? -1 : $0 })
        return settings
    }

    /// Whether nothing requires a control group.
    package var isEmpty: Bool { settings.isEmpty && parent == nil }
}
