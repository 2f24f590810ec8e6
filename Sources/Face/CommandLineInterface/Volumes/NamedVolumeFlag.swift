import ContainerLifecycle
import Sandbox

/// `--volume NAME:TARGET[:OPTIONS]` and `--mount type=volume`.
enum NamedVolumeFlag {
    /// The named volume that a value of `--volume` means; nil when it means a path of the host.
    static func parse(_ text: String) throws -> ContainerDefinition.Mount? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3, let name = parts.first, !name.isEmpty, !name.hasPrefix("/"),
            !name.hasPrefix(".")
        else { return nil }
        return try mount(
            name, at: parts[1], parts.count == 3 ? parts[2].split(separator: ",").map(String.init) : [], text)
    }

    /// The volume that a value of `--mount` means; its name is empty for an anonymous one. nil for other types.
    static func parse(mount text: String) throws -> ContainerDefinition.Mount? {
        let parts = text.split(separator: ",").map { KeyValueFlag.split(String($0)) }
        guard parts.contains(where: { $0 == ("type", "volume") }) else { return nil }
        var name = ""
        var target: String?
        var options: [String] = []
        for (key, value) in parts {
            switch key {
            case "type": break
            case "src", "source": name = value ?? ""
            case "dst", "destination", "target": target = value
            case "ro", "readonly": if value != "false" { options.append("ro") }
            case "rw", "readwrite": if value == "false" { options.append("ro") }
            case "volume-nocopy": if value != "false" { options.append("nocopy") }
            case "z", "Z": break
            default: throw CommandError("--mount option \"\(key)\" is not supported for volumes")
            }
        }
        guard let target else { throw CommandError("--mount \"\(text)\" has no target") }
        return try mount(name, at: target, options, text)
    }

    private static func mount(
        _ name: String, at target: String, _ options: [String], _ text: String
    ) throws -> ContainerDefinition.Mount {
        guard name.isEmpty || ContainerNames.isValid(name) else {
            throw CommandError(
                "\"\(text)\": names of volumes must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument")
        }
        guard target.hasPrefix("/") else {
            throw CommandError("invalid volume \"\(text)\": the target must be an absolute path")
        }
        for option in options where ["U", "O", "idmap"].contains(option) || option.hasPrefix("idmap=") {
            throw CommandError("volume option \(option) is not supported")
        }
        var flags = MountFlags()
        for option in options where option != "nocopy" && option != "copy" { _ = try flags.take(option) }
        try flags.checkContradictions()
        return ContainerDefinition.Mount(
            type: "volume", source: name, destination: target,
            // Labels only matter to SELinux, which is not supported.
            options: options.filter { $0 != "z" && $0 != "Z" })
    }
}
