package import LinuxSystem

/// A mount's options in the syntax of the OCI runtime specification (config.md, Mounts) and of `--volume`.
extension SandboxMount {
    private static let attributeNames: [(name: String, attribute: MountAttributes)] = [
        ("ro", .readOnly), ("nosuid", .noSuid), ("nodev", .noDevices), ("noexec", .noExec),
        ("noatime", .noAccessTime), ("strictatime", .strictAccessTime), ("nodiratime", .noDirectoryAccessTime),
        ("nosymfollow", .noSymlinkFollow),
    ]

    private static let withdrawals: [String: MountAttributes] = [
        "rw": .readOnly, "suid": .noSuid, "dev": .noDevices, "exec": .noExec, "atime": .noAccessTime,
        "diratime": .noDirectoryAccessTime, "symfollow": .noSymlinkFollow, "nostrictatime": .strictAccessTime,
        "relatime": [.noAccessTime, .strictAccessTime],
    ]

    /// Parses type, source and options of a runtime specification or a command line.
    ///
    /// The type `bind`, or an option `bind` or `rbind`, makes a bind mount. The last of conflicting options wins. An
    /// unknown option is an error of code `unknownOption`: nothing is passed to the kernel unchecked.
    package init(type: String, source: String, destination: String, options: [String]) throws(SandboxError) {
        let isBind = type == "bind" || type == "rbind" || options.contains { $0 == "bind" || $0 == "rbind" }
        guard !isBind || !source.isEmpty, isBind || !type.isEmpty else {
            throw SandboxError(.invalidSpecification, "mount at \(destination) lacks a type or source")
        }
        self.init(isBind ? .bind(source) : .fileSystem(type), at: destination)
        isRecursive = type == "rbind"
        try take(options)
    }

    /// A bind mount of a resolved file, with options as above. The name is for messages.
    package init(
        _ source: PathHandle, as name: String, at destination: String, options: [String]
    ) throws(SandboxError) {
        self.init(.opened(source, as: name), at: destination)
        try take(options)
    }

    private mutating func take(_ options: [String]) throws(SandboxError) {
        for option in options where !take(option) {
            guard source == .fileSystem("tmpfs"), TemporaryFileSystemOption.isValid(option) else {
                throw SandboxError(.unknownOption, "unknown mount option \"\(option)\" for \(destination)")
            }
            data.append(option)
        }
    }

    /// Applies a generic mount option; false if it is not one.
    private mutating func take(_ option: String) -> Bool {
        if let known = Self.attributeNames.first(where: { $0.name == option }) {
            attributes.insert(known.attribute)
        } else if let withdrawn = Self.withdrawals[option] {
            attributes.subtract(withdrawn)
        } else if let propagation = Propagation(rawValue: option) {
            self.propagation = propagation
        } else if option.hasPrefix("r"), let propagation = Propagation(rawValue: String(option.dropFirst())) {
            self.propagation = propagation
        } else if option == "bind", isBind {
            isRecursive = false
        } else if option == "rbind", isBind {
            isRecursive = true
        } else if option == "tmpcopyup", source == .fileSystem("tmpfs") {
            copiesUp = true
        } else if option == "rro" {
            attributes.insert(.readOnly)
        } else {
            return ["defaults", "async"].contains(option)
        }
        return true
    }

    /// The options in the syntax of a runtime specification.
    package var runtimeOptions: [String] {
        var options = Self.attributeNames.filter { attributes.contains($0.attribute) }.map(\.name)
        if isBind {
            options.insert(isRecursive ? "rbind" : "bind", at: 0)
            options.append((isRecursive ? "r" : "") + propagation.rawValue)
        }
        return options + data + (copiesUp ? ["tmpcopyup"] : [])
    }
}
