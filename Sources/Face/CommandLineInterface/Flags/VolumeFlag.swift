import Glibc
import JSONText
import LinuxSystem
import Sandbox

/// `--volume` and `--tmpfs`.
enum VolumeFlag {
    /// `SOURCE:TARGET[:OPTIONS]`.
    static func parse(_ text: String) throws -> SandboxMount {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3, !parts[0].isEmpty else {
            throw CommandError("invalid volume \"\(text)\": it needs the form SOURCE:TARGET[:OPTIONS]")
        }
        guard parts[0].hasPrefix("/") || parts[0].hasPrefix(".") else {
            throw CommandError("named volumes are not supported yet: \(parts[0])")
        }
        guard parts[1].hasPrefix("/") else {
            throw CommandError("invalid volume \"\(text)\": the target must be an absolute path")
        }
        guard let source = realpath(parts[0], nil) else { throw LinuxError("open", parts[0], code: errno) }
        defer { free(source) }
        var options = parts.count == 3 ? parts[2].split(separator: ",").map(String.init) : []
        for option in options where ["U", "O", "copy", "idmap"].contains(option) {
            throw CommandError("volume option \(option) is not supported")
        }
        // Labels mean something to SELinux alone, which is not used.
        options.removeAll { $0 == "z" || $0 == "Z" }
        if !options.contains("bind"), !options.contains("rbind") { options.append("rbind") }
        return try SandboxMount(type: "bind", source: String(cString: source), destination: parts[1], options: options)
    }

    /// `TARGET[:OPTIONS]`.
    static func parseTmpfs(_ text: String) throws -> SandboxMount {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard let target = parts.first, target.hasPrefix("/") else {
            throw CommandError("invalid tmpfs \"\(text)\": the target must be an absolute path")
        }
        let options = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
        return try SandboxMount(
            type: "tmpfs", source: "tmpfs", destination: target, options: ["nosuid", "nodev", "noexec"] + options)
    }
}

/// `--entrypoint`: a command, or a JSON list of words.
enum Entrypoint {
    static func parse(_ text: String) throws -> [String] {
        if text.isEmpty { return [] }
        guard text.hasPrefix("[") else { return [text] }
        guard let words = try? JSONValue(parsing: Array(text.utf8)).array?.compactMap(\.string) else {
            throw CommandError("invalid entrypoint \(text): it is no list of strings")
        }
        return words
    }
}
