package import JSONText
import LinuxSystem

extension SandboxSpec {
    /// The specification as an OCI runtime-spec `config.json` (version 1.0.2), for a runtime started as root of the
    /// caller's user namespace.
    ///
    /// Its root is the directory of `.directory`, or an overlay's target, which the caller must mount first. The
    /// seccomp rules are omitted: they depend on files of the host and are added when a runtime is run.
    package func runtimeSpecJSON() -> JSONValue {
        runtimeSpecJSON(
            facts: (try? HostFacts.read())
                ?? HostFacts(
                    capabilities: .all, mapsTerminalGroup: true, canSetGroups: true, isInitialUserNamespace: true,
                    hasUnifiedControlGroups: true), seccomp: nil)
    }

    func runtimeSpecJSON(facts: HostFacts, seccomp: JSONValue?) -> JSONValue {
        var spec: JSONObject = [
            "ociVersion": "1.0.2", "process": processJSON(facts),
            "root": .object(rootJSON),
        ]
        // Runtimes reject a host name without a new UTS namespace.
        if namespaces.uts == .own, let hostname { spec["hostname"] = .string(hostname) }
        if let domainname { spec["domainname"] = .string(domainname) }
        let standard = standardMounts(facts).map(\.mount)
        spec["mounts"] = .array((standard + mounts).map(Self.mountJSON))
        spec["linux"] = linuxJSON(facts, seccomp: seccomp)
        if !annotations.isEmpty { spec["annotations"] = Self.pairs(annotations) }
        return .object(spec)
    }

    private var rootJSON: JSONObject {
        var root: JSONObject = ["path": .string(rootfs.path)]
        if readOnlyRoot { root["readonly"] = true }
        return root
    }

    private func processJSON(_ facts: HostFacts) -> JSONValue {
        var process = JSONObject()
        if let terminal {
            process["terminal"] = true
            if terminal.rows > 0 || terminal.columns > 0 {
                process["consoleSize"] = [
                    "height": .integer(Int64(terminal.rows)), "width": .integer(Int64(terminal.columns)),
                ]
            }
        }
        var user: JSONObject = [
            "uid": .integer(Int64(self.user.uid)), "gid": .integer(Int64(self.user.gid)),
            "umask": .integer(Int64(self.user.umask)),
        ]
        if !self.user.additionalGIDs.isEmpty, facts.canSetGroups {
            user["additionalGids"] = .array(self.user.additionalGIDs.map { .integer(Int64($0)) })
        }
        process["user"] = .object(user)
        process["args"] = Self.strings(args)
        process["env"] = Self.strings(environment)
        process["cwd"] = .string(workingDirectory)
        process["capabilities"] = Self.capabilitiesJSON(capabilities.limited(to: facts.capabilities))
        if !rlimits.isEmpty {
            process["rlimits"] = .array(rlimits.map(Self.limitJSON))
        }
        if noNewPrivileges { process["noNewPrivileges"] = true }
        return .object(process)
    }

    private static func capabilitiesJSON(_ sets: ProcessCapabilities) -> JSONValue {
        [
            "bounding": strings(sets.bounding.capabilityNames), "effective": strings(sets.effective.capabilityNames),
            "inheritable": strings(sets.inheritable.capabilityNames),
            "permitted": strings(sets.permitted.capabilityNames), "ambient": strings(sets.ambient.capabilityNames),
        ]
    }

    /// Numbers beyond Int64, such as "no limit", are written as doubles, which Go only parses as unsigned integers if
    /// they have no fraction: the highest value understood by all runtimes means "no limit".
    private static func limitJSON(_ limit: ResourceLimit) -> JSONValue {
        [
            "type": .string("RLIMIT_" + limit.name.uppercased()), "hard": .integer(Int64(clamping: limit.hard)),
            "soft": .integer(Int64(clamping: limit.soft)),
        ]
    }

    private static func mountJSON(_ mount: SandboxMount) -> JSONValue {
        let (type, source) =
            switch mount.source {
            case .bind(let path): ("bind", path)
            case .opened(let handle, _): ("bind", "/proc/self/fd/\(handle.fd)")
            case .fileSystem(let type): (type, type)
            }
        return [
            "destination": .string(mount.destination), "type": .string(type), "source": .string(source),
            "options": strings(mount.runtimeOptions),
        ]
    }

    private func linuxJSON(_ facts: HostFacts, seccomp: JSONValue?) -> JSONValue {
        var linux = JSONObject()
        if !sysctls.isEmpty { linux["sysctl"] = Self.pairs(sysctls) }
        linux["namespaces"] = .array(namespacesJSON)
        if !devices.isEmpty { linux["devices"] = .array(devices.map(Self.deviceJSON)) }
        if let seccomp { linux["seccomp"] = seccomp }
        linux["maskedPaths"] = Self.strings(hiddenPaths(facts))
        linux["readonlyPaths"] = Self.strings(readonlyPaths)
        return .object(linux)
    }

    private var namespacesJSON: [JSONValue] {
        var list: [JSONValue] = [["type": "pid"], ["type": "mount"]]
        for (type, source) in [("ipc", namespaces.ipc), ("uts", namespaces.uts), ("cgroup", namespaces.cgroup)] {
            switch source {
            case .own: list.append(["type": .string(type)])
            case .path(let path): list.append(["type": .string(type), "path": .string(path)])
            case .host: break
            }
        }
        switch network {
        case .host: break
        case .none, .userMode: list.append(["type": "network"])
        case .path(let path): list.append(["type": "network", "path": .string(path)])
        }
        return list
    }

    private static func deviceJSON(_ device: SandboxDevice) -> JSONValue {
        [
            "path": .string(device.path), "type": device.isBlock ? "b" : "c", "major": .integer(Int64(device.major)),
            "minor": .integer(Int64(device.minor)), "fileMode": .integer(Int64(device.mode)),
            "uid": .integer(Int64(device.uid)), "gid": .integer(Int64(device.gid)),
        ]
    }

    private static func strings(_ list: [String]) -> JSONValue { .array(list.map { .string($0) }) }

    private static func pairs(_ list: [(name: String, value: String)]) -> JSONValue {
        .object(JSONObject(list.map { ($0.name, .string($0.value)) }))
    }
}
