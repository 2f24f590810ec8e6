import JSONText
import Sandbox

/// The members of `buildah.json` that describe how commands are confined.
extension WorkingContainer.RunSettings {
    // MARK: Namespaces

    mutating func readNamespaces(_ state: JSONObject) {
        for namespace in state["NamespaceOptions"]?.array ?? [] {
            let path = namespace["Path"]?.string ?? ""
            let isHost = namespace["Host"]?.bool == true
            let source = isHost ? NamespaceSource.host : path.isEmpty ? .own : .path(path)
            switch namespace["Name"]?.string {
            case "network": network = isHost ? "host" : path
            case "cgroup": namespaces.cgroup = source
            case "ipc": namespaces.ipc = source
            case "pid": namespaces.process = source
            case "uts": namespaces.uts = source
            default: break
            }
        }
    }

    func namespaceOptions(networkPath: String) -> [JSONValue] {
        func option(_ name: String, _ source: NamespaceSource) -> JSONValue {
            var path = ""
            if case .path(let text) = source { path = text }
            return ["Name": .string(name), "Host": .bool(source == .host), "Path": .string(path)]
        }
        let network = networkPath.isEmpty ? (network == "host" ? .host : .own) : NamespaceSource.path(networkPath)
        return [
            option("cgroup", namespaces.cgroup), option("ipc", namespaces.ipc), option("mount", .own),
            option("network", network), option("pid", namespaces.process), option("user", .host),
            option("uts", namespaces.uts),
        ]
    }

    // MARK: Security

    mutating func readSecurity(_ options: JSONValue?) {
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { securityOptions.append("\(name)=\(value)") }
        }
        let profile = options?["SeccompProfilePath"]?.string
        // Buildah stores the host's default profile in every container; the host may be another one by now.
        if profile.map({ !WorkingContainer.RunSettings.standardProfiles.contains($0) }) ?? false {
            add("seccomp", profile)
        }
        add("apparmor", options?["ApparmorProfile"]?.string)
        for label in options?["LabelOpts"]?.array ?? [] { add("label", label.string) }
        if options?["NoNewPrivileges"]?.bool == true { securityOptions.append("no-new-privileges") }
    }

    private static let standardProfiles = ["/usr/share/containers/seccomp.json", "/etc/containers/seccomp.json"]

    func writeSecurity(to options: inout JSONObject) {
        func values(_ name: String) -> [String] {
            securityOptions.filter { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
        }
        options["SeccompProfilePath"] = .string(
            values("seccomp").last ?? options["SeccompProfilePath"]?.string ?? "")
        options["ApparmorProfile"] = .string(values("apparmor").last ?? "")
        let labels = values("label")
        options["LabelOpts"] = labels.isEmpty ? .null : .array(labels.map { .string($0) })
        if securityOptions.contains(where: { ["no-new-privileges", "no-new-privileges=true"].contains($0) }) {
            options["NoNewPrivileges"] = true
        }
    }

    // MARK: Control groups

    mutating func readControls(_ options: JSONValue?) {
        func number(_ name: String) -> Int64? { options?[name]?.integer.flatMap { $0 == 0 ? nil : $0 } }
        func text(_ name: String) -> String? { options?[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        controls.memory = number("Memory")
        controls.memoryAndSwap = number("MemorySwap")
        controls.cpuPeriod = number("CPUPeriod")
        controls.cpuQuota = number("CPUQuota")
        controls.cpuShares = number("CPUShares")
        controls.cpusetCPUs = text("CPUSetCPUs")
        controls.cpusetMems = text("CPUSetMems")
        controls.parent = text("CgroupParent")
    }

    func writeControls(to options: inout JSONObject) {
        options["Memory"] = .integer(controls.memory ?? 0)
        options["MemorySwap"] = .integer(controls.memoryAndSwap ?? 0)
        options["CPUPeriod"] = .integer(controls.cpuPeriod ?? 0)
        options["CPUQuota"] = .integer(controls.cpuQuota ?? 0)
        options["CPUShares"] = .integer(controls.cpuShares ?? 0)
        options["CPUSetCPUs"] = .string(controls.cpusetCPUs ?? "")
        options["CPUSetMems"] = .string(controls.cpusetMems ?? "")
        options["CgroupParent"] = .string(controls.parent ?? "")
    }
}

extension SandboxDevice {
    /// Parses an entry of `Devices`; nil if it is not a device below `/dev`.
    init?(buildah value: JSONValue) {
        guard let source = value["Source"]?.string, let path = value["Destination"]?.string ?? value["path"]?.string,
            path.hasPrefix("/dev/"), let major = value["major"]?.integer.flatMap(UInt32.init(exactly:)),
            let minor = value["minor"]?.integer.flatMap(UInt32.init(exactly:))
        else { return nil }
        let mode = value["file_mode"]?.integer.flatMap(UInt32.init(exactly:)) ?? 0o666
        self.init(
            path: path, isBlock: value["type"]?.integer == Int64(UInt8(ascii: "b")), major: major, minor: minor,
            mode: mode & 0o777, hostPath: source)
    }

    /// An entry of `Devices`.
    var buildahValue: JSONValue {
        [
            "type": .integer(Int64(isBlock ? UInt8(ascii: "b") : UInt8(ascii: "c"))), "major": .integer(Int64(major)),
            "minor": .integer(Int64(minor)), "permissions": "rwm", "allow": false, "path": .string(path),
            "file_mode": .integer(Int64(mode)), "uid": .integer(Int64(uid)), "gid": .integer(Int64(gid)),
            "Source": .string(hostPath), "Destination": .string(path),
        ]
    }
}
