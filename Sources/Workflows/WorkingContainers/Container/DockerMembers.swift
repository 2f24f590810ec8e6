import JSONText

/// The members that Docker's image configuration always contains, even if empty.
enum DockerMembers {
    /// The members of `config` in their order, with the value for absent ones; nil to omit them.
    static let all: [(name: String, empty: JSONValue?)] = [
        ("Hostname", ""), ("Domainname", ""), ("User", ""), ("AttachStdin", false), ("AttachStdout", false),
        ("AttachStderr", false), ("ExposedPorts", nil), ("Tty", false), ("OpenStdin", false), ("StdinOnce", false),
        ("Env", .array([])), ("Cmd", .array([])), ("Healthcheck", nil), ("ArgsEscaped", nil), ("Image", ""),
        ("Volumes", .null), ("WorkingDir", ""), ("Entrypoint", .null), ("NetworkDisabled", nil), ("MacAddress", nil),
        ("OnBuild", .array([])), ("Labels", .null), ("StopSignal", nil), ("StopTimeout", nil), ("Shell", nil),
    ]

    /// Members unknown to the OCI configuration that are never changed here.
    static let kept: Set<String> = [
        "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "Image", "NetworkDisabled",
        "MacAddress", "StopTimeout",
    ]

    /// All members in Docker's order.
    ///
    /// - Parameters:
    ///   - known: the members with a value.
    ///   - previous: the source of members that are never changed here.
    static func complete(_ known: JSONObject, previous: JSONObject = JSONObject()) -> JSONObject {
        var result = JSONObject()
        for (name, empty) in all {
            if let value = known[name] ?? (kept.contains(name) ? previous[name] : nil) ?? empty { result[name] = value }
        }
        return result
    }
}
