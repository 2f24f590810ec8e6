import JSONText

extension SeccompProfile {
    /// Parses a profile. Malformed ones are an error of code `seccomp`.
    init(parsing bytes: [UInt8]) throws(SandboxError) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw SandboxError(.seccomp, "seccomp profile: \(error)")
        }
        guard let action = json["defaultAction"]?.string else {
            throw SandboxError(.seccomp, "seccomp profile: no defaultAction")
        }
        self.init(defaultAction: action, defaultErrno: try Self.errno(json["defaultErrnoRet"]), rules: [])
        for entry in json["archMap"]?.array ?? [] {
            guard let name = entry["architecture"]?.string else { continue }
            subarchitectures[name] = Self.strings(entry["subArchitectures"])
        }
        // The runtime-spec's format lists the architectures directly.
        for name in Self.strings(json["architectures"]) {
            subarchitectures[name] = Self.strings(json["architectures"]).filter { $0 != name }
        }
        for entry in json["syscalls"]?.array ?? [] {
            rules.append(try Self.rule(entry))
        }
    }

    private static func rule(_ json: JSONValue) throws(SandboxError) -> Rule {
        guard let action = json["action"]?.string else {
            throw SandboxError(.seccomp, "seccomp profile: a rule without action")
        }
        let name = json["name"]?.string.map { [$0] } ?? []
        var rule = Rule(names: strings(json["names"]) + name, action: action, errno: try errno(json["errnoRet"]))
        for argument in json["args"]?.array ?? [] {
            rule.arguments.append(try self.argument(argument))
        }
        rule.includes = try condition(json["includes"])
        rule.excludes = try condition(json["excludes"])
        return rule
    }

    private static func argument(_ json: JSONValue) throws(SandboxError) -> Argument {
        guard let index = json["index"]?.integer, (0..<6).contains(index), let comparison = json["op"]?.string else {
            throw SandboxError(.seccomp, "seccomp profile: an argument without valid index and op")
        }
        return Argument(
            index: UInt32(index), value: number(json["value"]), valueTwo: number(json["valueTwo"]),
            comparison: comparison)
    }

    private static func condition(_ json: JSONValue?) throws(SandboxError) -> Condition {
        var condition = Condition()
        // No process can have capabilities unknown to this program: such a rule never applies.
        for name in strings(json?["caps"]) {
            guard let capability = CapabilitySet(name: name) else {
                throw SandboxError(.seccomp, "seccomp profile: unknown capability \"\(name)\"")
            }
            condition.capabilities.formUnion(capability)
        }
        condition.architectures = strings(json?["arches"])
        condition.minimumKernel = json?["minKernel"]?.string
        return condition
    }

    private static func errno(_ json: JSONValue?) throws(SandboxError) -> UInt16? {
        guard let json, !json.isNull else { return nil }
        guard let value = json.integer, let number = UInt16(exactly: value) else {
            throw SandboxError(.seccomp, "seccomp profile: errno \(json) is out of range")
        }
        return number
    }

    /// Argument values are unsigned: those beyond Int64 are parsed as doubles, precise only for masks of high bits.
    private static func number(_ json: JSONValue?) -> UInt64 {
        if let integer = json?.integer { return UInt64(bitPattern: integer) }
        return json?.double.flatMap { UInt64(exactly: $0) } ?? 0
    }

    private static func strings(_ json: JSONValue?) -> [String] {
        (json?.array ?? []).compactMap(\.string)
    }
}
