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
        return try bind(
            parts[0], at: parts[1], options: parts.count == 3 ? parts[2].split(separator: ",").map(String.init) : [])
    }

    /// A mount of a file or directory of the host, with the options of `--volume`.
    static func bind(_ source: String, at target: String, options: [String]) throws -> SandboxMount {
        guard source.hasPrefix("/") || source.hasPrefix(".") else {
            throw CommandError("named volumes are not supported yet: \(source)")
        }
        guard target.hasPrefix("/") else {
            throw CommandError("invalid volume \"\(source):\(target)\": the target must be an absolute path")
        }
        var options = options
        for option in options where ["U", "O", "copy", "idmap"].contains(option) {
            throw CommandError("volume option \(option) is not supported")
        }
        var flags = MountFlags()
        for option in options { _ = try flags.take(option) }
        try flags.checkContradictions()
        // Labels only matter to SELinux, which is not supported.
        options.removeAll { $0 == "z" || $0 == "Z" }
        if !options.contains("bind"), !options.contains("rbind") { options.append("rbind") }
        return try SandboxMount(
            type: "bind", source: Files.realPath(source), destination: target, options: options)
    }

    /// `TARGET[:OPTIONS]`.
    static func parseTmpfs(_ text: String) throws -> SandboxMount {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        return try tmpfs(
            at: parts.first ?? "", options: parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : [])
    }

    /// A tmpfs, with the options of `--tmpfs`. As for Podman, programs in it can be executed, and it contains a copy of
    /// the image's files at this place unless `notmpcopyup` is among the options.
    static func tmpfs(at target: String, options: [String]) throws -> SandboxMount {
        guard target.hasPrefix("/") else {
            throw CommandError("invalid tmpfs \"\(target)\": the target must be an absolute path")
        }
        let known = ["tmpcopyup", "notmpcopyup"]
        var mount = try SandboxMount(
            type: "tmpfs", source: "tmpfs", destination: target,
            options: ["nosuid", "nodev"] + options.filter { !known.contains($0) })
        mount.copiesUp = options.last(where: known.contains) != "notmpcopyup"
        return mount
    }
}

/// `--entrypoint`: a command, or a JSON list of words.
enum Entrypoint {
    static func parse(_ text: String) throws -> [String] {
        if text.isEmpty { return [] }
        guard text.hasPrefix("[") else { return [text] }
        guard let words = try? JSONValue(parsing: Array(text.utf8)).array?.compactMap(\.string) else {
            throw CommandError("invalid entrypoint \(text): it is not a list of strings")
        }
        return words
    }
}
