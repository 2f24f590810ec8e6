/// What the configuration depends on besides files: read once by the command line interface and handed down.
package struct ConfigEnvironment: Sendable, Equatable {
    /// The user who runs the tool, outside of any user namespace the tool enters.
    package var uid: UInt32
    /// The user's home directory; empty when unknown.
    package var home: String
    /// The process environment.
    package var environment: [String: String]
    /// Put before `/etc`, `/usr/share`, `/run` and `/var` paths: empty on a real system, a directory in tests.
    package var systemRoot: String
    /// Stands in for `registries.conf`, wherever that lies.
    package var registriesConf: String?
    /// Stands in for all of its drop-in directories.
    package var registriesConfDirectory: String?
    /// Stands in for the file of short names that were resolved before.
    package var shortNameAliases: String?

    /// The given values; `home` falls back to `$HOME` when empty.
    package init(uid: UInt32, home: String, environment: [String: String], systemRoot: String = "") {
        self.uid = uid
        self.home = home.isEmpty ? environment["HOME"] ?? "" : home
        self.environment = environment
        self.systemRoot = systemRoot
    }

    /// The variable's value; nil when it is unset or empty.
    package func value(_ name: String) -> String? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// `$XDG_CONFIG_HOME`, else `~/.config`; nil when neither is known.
    package var configHome: String? { value("XDG_CONFIG_HOME") ?? underHome(".config") }
    /// `$XDG_DATA_HOME`, else `~/.local/share`; nil when neither is known.
    package var dataHome: String? { value("XDG_DATA_HOME") ?? underHome(".local/share") }
    /// `$XDG_CACHE_HOME`, else `~/.cache`; nil when neither is known.
    package var cacheHome: String? { value("XDG_CACHE_HOME") ?? underHome(".cache") }

    /// A path of the host's system-wide configuration, below `systemRoot`.
    func system(_ path: String) -> String { systemRoot + path }

    func underHome(_ path: String) -> String? { home.isEmpty ? nil : "\(home)/\(path)" }

    /// `path` with `$UID`, `$NAME` and `${NAME}` replaced; unknown variables become empty.
    func expand(_ path: String) -> String {
        var result = ""
        var rest = Substring(path)
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let name: Substring
            if rest.first == "{", let close = rest.firstIndex(of: "}") {
                name = rest[rest.index(after: rest.startIndex)..<close]
                rest = rest[rest.index(after: close)...]
            } else {
                name = rest.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
                rest = rest.dropFirst(name.count)
            }
            result += expansion(of: String(name))
        }
        return result + rest
    }

    private func expansion(of name: String) -> String {
        switch name {
        case "UID": String(uid)
        case "HOME": environment["HOME"] ?? home
        default: environment[name] ?? ""
        }
    }
}
