import CommandLineGrammar
import Sandbox

/// `--memory`, `--cpu-shares` and the other flags for cgroup limits.
enum ResourceFlags {
    static let flags: [Flag] = [
        .string("cgroup-parent", "path", help: "the control group above the container's"),
        Flag("cpu-period", .int, help: "limit CPU time: the period in microseconds"),
        Flag("cpu-quota", .int, help: "limit CPU time: microseconds in each period"),
        Flag("cpu-shares", short: "c", .int, help: "CPU shares (relative weight)"),
        .string("cpuset-cpus", help: "CPUs in which to allow execution (0-3, 0,1)"),
        .string("cpuset-mems", help: "memory nodes in which to allow execution (0-3, 0,1)"),
        .string("memory", short: "m", "bytes", help: "memory limit, with a unit of b, k, m or g"),
        .string("memory-swap", "bytes", help: "limit of memory and swap together; -1 for no limit on swap"),
    ]

    static func read(_ arguments: ParsedArguments) throws -> ResourceControls {
        var controls = ResourceControls()
        if let parent = arguments.string("cgroup-parent"), !parent.isEmpty {
            guard !parent.split(separator: "/").contains(".."), !parent.contains("\0") else {
                throw CommandError("invalid --cgroup-parent \"\(parent)\"")
            }
            controls.parent = parent.hasPrefix("/") ? parent : "/" + parent
        }
        controls.cpuPeriod = number(arguments, "cpu-period")
        controls.cpuQuota = number(arguments, "cpu-quota")
        controls.cpuShares = number(arguments, "cpu-shares")
        controls.cpusetCPUs = arguments.string("cpuset-cpus").flatMap { $0.isEmpty ? nil : $0 }
        controls.cpusetMems = arguments.string("cpuset-mems").flatMap { $0.isEmpty ? nil : $0 }
        controls.memory = try bytes(arguments, "memory")
        controls.memoryAndSwap = try bytes(arguments, "memory-swap")
        if let memory = controls.memory, let both = controls.memoryAndSwap, both >= 0, both < memory {
            throw CommandError("--memory-swap \(both) is less than --memory \(memory)")
        }
        return controls
    }

    /// Both a missing value and 0 mean unlimited.
    private static func number(_ arguments: ParsedArguments, _ name: String) -> Int64? {
        arguments.int(name).flatMap { $0 == 0 ? nil : Int64($0) }
    }

    private static func bytes(_ arguments: ParsedArguments, _ name: String) throws -> Int64? {
        guard let text = arguments.string(name), !text.isEmpty, text != "0" else { return nil }
        if text == "-1" { return name == "memory-swap" ? -1 : nil }
        return Int64(clamping: try ByteCount.parse(text))
    }
}
