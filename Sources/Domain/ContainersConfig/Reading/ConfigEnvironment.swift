import Glibc

/// The inputs of the configuration besides files: read once by the command line interface and passed down.
package struct ConfigEnvironment: Sendable, Equatable {
    /// The user who runs the tool, outside any user namespace that the tool enters.
    package var uid: UInt32
    /// The user's home directory; empty when unknown.
    package var home: String
    /// The process environment.
    package var environment: [String: String]
    /// The prefix for `/etc`, `/usr/share`, `/run` and `/var` paths: empty on a real system, a directory in tests.
    package var systemRoot: String
    /// Replaces `registries.conf`.
    package var registriesConf: String?
    /// Replaces all drop-in directories of `registries.conf`.
    package var registriesConfDirectory: String?
    /// Replaces the file of recorded short-name aliases.
    package var shortNameAliases: String?

    /// Modules of `containers.conf` to read: absolute paths, or names.
    package var modules: [String] = []

    /// Creates an environment with these values; an empty `home` falls back to `$HOME`.
    package init(uid: UInt32, home: String, environment: [String: String], systemRoot: String = "") {
        self.uid = uid
        self.home = home.isEmpty ? environment["HOME"] ?? "" : home
        self.environment = environment
        self.systemRoot = systemRoot
    }

    /// The variable's value; nil if it is unset or empty.
    package func value(_ name: String) -> String? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// `$XDG_CONFIG_HOME`, otherwise `~/.config`; nil if neither is known.
    package var configHome: String? { value("XDG_CONFIG_HOME") ?? underHome(".config") }
    /// `$XDG_DATA_HOME`, otherwise `~/.local/share`; nil if neither is known.
    package var dataHome: String? { value("XDG_DATA_HOME") ?? underHome(".local/share") }
    /// `$XDG_CACHE_HOME`, otherwise `~/.cache`; nil if neither is known.
    package var cacheHome: String? { value("XDG_CACHE_HOME") ?? underHome(".cache") }

    /// `$XDG_RUNTIME_DIR`; nil if it is not set, cannot be made or is another user's, as after `su` and `sudo -u`.
    package var runtimeDirectory: String? {
        guard let directory = value("XDG_RUNTIME_DIR") else { return nil }
        let path = ConfigFiles.canonical(directory)
        if ConfigFiles.isTaken(path) {
            return ConfigFiles.isDirectory(path, ownedBy: [uid, geteuid()]) ? directory : nil
        }
        return ConfigFiles.canBeMade(path) ? directory : nil
    }

    /// A path in the host's system-wide configuration, below `systemRoot`.
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
