/// Limits that control groups set (cgroups(7), version 2).
package struct ResourceControls: Sendable, Equatable {
    /// Bytes of memory; nil for no limit.
    package var memory: Int64?
    /// Bytes of memory and swap together; -1 for no limit on swap.
    package var memoryAndSwap: Int64?
    /// Microseconds of a processor in each period, and the period.
    package var cpuQuota, cpuPeriod: Int64?
    /// The weight of version 1, 2 to 262144, 1024 being usual.
    package var cpuShares: Int64?
    /// Processors and memory nodes: `0-3`, `0,1`.
    package var cpusetCPUs, cpusetMems: String?
    /// The most processes.
    package var processes: Int64?
    /// The group above the container's, as a path below the root of control groups; nil: the one above this process's.
    package var parent: String?

    /// No limits.
    package init() {}

    /// The files of a control group and what is written to them.
    var settings: [(file: String, value: String)] {
        var settings: [(String, String)] = []
        func add(_ file: String, _ value: Int64?) {
            if let value { settings.append((file, value < 0 ? "max" : "\(value)")) }
        }
        add("memory.max", memory)
        if let memoryAndSwap {
            // Here version 2 counts swap alone.
            add("memory.swap.max", memoryAndSwap < 0 ? -1 : max(memoryAndSwap - (memory ?? 0), 0))
        }
        if cpuQuota != nil || cpuPeriod != nil {
            let quota = cpuQuota.map { $0 <= 0 ? "max" : "\($0)" } ?? "max"
            settings.append(("cpu.max", "\(quota) \(cpuPeriod ?? 100_000)"))
        }
        // The runtimes' scale: 2...262144 to 1...10000.
        add("cpu.weight", cpuShares.map { 1 + (min(max($0, 2), 262_144) - 2) * 9999 / 262_142 })
        if let cpusetCPUs { settings.append(("cpuset.cpus", cpusetCPUs)) }
        if let cpusetMems { settings.append(("cpuset.mems", cpusetMems)) }
        add("pids.max", processes.map { $0 <= 0 ? -1 : $0 })
        return settings
    }

    /// Whether anything is asked for that needs a control group.
    package var isEmpty: Bool { settings.isEmpty && parent == nil }
}
