import Sandbox

/// `--mount type=bind,src=/here,dst=/there`.
enum MountOption {
    static func parse(_ text: String) throws -> SandboxMount {
        var values: [String: String] = [:]
        var options: [String] = []
        for part in text.split(separator: ",").map(String.init) {
            let (key, value) = KeyValueFlag.split(part)
            switch key {
            case "type": values["type"] = value
            case "src", "source": values["source"] = value
            case "dst", "destination", "target": values["target"] = value
            case "ro", "readonly": if value != "false" { options.append("ro") }
            case "rw", "readwrite": if value == "false" { options.append("ro") }
            case "tmpfs-size", "size": options.append("size=\(value ?? "")")
            case "tmpfs-mode", "mode": options.append("mode=\(value ?? "")")
            case "bind-propagation":
                guard let value, MountFlags.propagations.contains(value) else {
                    throw CommandError("--mount option \"\(part)\": this is not a propagation mode")
                }
                options.append(value)
            case "tmpcopyup" where value != "false", "notmpcopyup": options.append(key)
            case "tmpcopyup": options.append("notmpcopyup")
            case "z", "Z": break
            default: throw CommandError("--mount option \"\(part)\" is not supported")
            }
        }
        guard let target = values["target"] else { throw CommandError("--mount \"\(text)\" has no target") }
        switch values["type"] ?? "bind" {
        case "bind":
            guard let source = values["source"] else { throw CommandError("--mount \"\(text)\" has no source") }
            return try VolumeFlag.bind(source, at: target, options: options)
        case "tmpfs": return try VolumeFlag.tmpfs(at: target, options: options)
        case let other: throw CommandError("--mount type \"\(other)\" is not supported yet: use bind or tmpfs")
        }
    }
}
