import JSONText

/// The members that Docker's image configuration writes even where they say nothing.
enum DockerMembers {
    /// The members of `config` in their order, with what stands for those that are absent; nil: nothing does.
    static let all: [(name: String, empty: JSONValue?)] = [
        ("Hostname", ""), ("Domainname", ""), ("User", ""), ("AttachStdin", false), ("AttachStdout", false),
        ("AttachStderr", false), ("ExposedPorts", nil), ("Tty", false), ("OpenStdin", false), ("StdinOnce", false),
        ("Env", .array([])), ("Cmd", .array([])), ("Healthcheck", nil), ("ArgsEscaped", nil), ("Image", ""),
        ("Volumes", .null), ("WorkingDir", ""), ("Entrypoint", .null), ("NetworkDisabled", nil), ("MacAddress", nil),
        ("OnBuild", .array([])), ("Labels", .null), ("StopSignal", nil), ("StopTimeout", nil), ("Shell", nil),
    ]

    /// Members that the OCI configuration does not know and that nothing here changes.
    static let kept: Set<String> = [
        "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "Image", "NetworkDisabled",
        "MacAddress", "StopTimeout",
    ]

    /// All members in Docker's order.
    ///
    /// - Parameters:
    ///   - known: those that say something.
    ///   - previous: where members are taken from that nothing here changes.
    static func complete(_ known: JSONObject, previous: JSONObject = JSONObject()) -> JSONObject {
        var result = JSONObject()
        for (name, empty) in all {
            if let value = known[name] ?? (kept.contains(name) ? previous[name] : nil) ?? empty { result[name] = value }
        }
        return result
    }
}
