import JSONText

extension SeccompProfile {
    /// The applicable rules in the format of the runtime specification (config-linux.md, Seccomp).
    func runtimeSpecJSON(for context: SeccompContext, native: String) -> JSONValue {
        var json: JSONObject = ["defaultAction": .string(defaultAction)]
        if let defaultErrno { json["defaultErrnoRet"] = .integer(Int64(defaultErrno)) }
        let architectures = [native] + (subarchitectures[native] ?? [])
        json["architectures"] = .array(architectures.map { .string($0) })
        json["syscalls"] = .array(rules.filter(context.admits).map(Self.json))
        return .object(json)
    }

    private static func json(_ rule: Rule) -> JSONValue {
        var json: JSONObject = [
            "names": .array(rule.names.map { .string($0) }), "action": .string(rule.action),
        ]
        if let errno = rule.errno { json["errnoRet"] = .integer(Int64(errno)) }
        if !rule.arguments.isEmpty {
            json["args"] = .array(
                rule.arguments.map { argument in
                    [
                        "index": .integer(Int64(argument.index)),
                        "value": .integer(Int64(bitPattern: argument.value)),
                        "valueTwo": .integer(Int64(bitPattern: argument.valueTwo)),
                        "op": .string(argument.comparison),
                    ]
                })
        }
        return .object(json)
    }
}
