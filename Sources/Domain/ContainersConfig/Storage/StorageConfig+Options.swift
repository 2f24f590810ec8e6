extension StorageConfig {
    /// Rejects an option that would change the result but is not implemented.
    ///
    /// Options that are only about speed or space, or about programs that this tool does not use, pass: what they
    /// request cannot be seen in any image or container.
    static func check(_ option: StorageOption) throws(ConfigError) {
        let value = option.value
        switch option.bareKey {
        case "force_mask":
            guard !["", "0", "0000"].contains(value) else { return }
            throw option.error(
                .unsupported, "is not supported: it needs fuse-overlayfs, which records the real permissions")
        case "size", "inodes":
            throw option.error(.unsupported, "quotas of containers are not supported")
        case "use_composefs":
            guard isTrue(value) else { return }
            throw option.error(.unsupported, "composefs is not supported")
        case "ignore_chown_errors", "skip_mount_home":
            guard ["true", "false", "1", "0", "", "t", "f"].contains(value.lowercased()) else {
                throw option.error(.invalidValue, "must be true or false, not \"\(value)\"")
            }
        case "sync":
            guard ["", "none", "filesystem"].contains(value) else {
                throw option.error(.invalidValue, "must be none or filesystem, not \"\(value)\"")
            }
        case "mountopt": _ = try mountOptions(option)
        case "mount_program", "additionallayerstore": break
        case let other where other.contains("."): break
        default: throw option.error(.invalidValue, "there is no such storage option")
        }
    }

    /// What `mountopt` requests of the mount of a container's root. Options for the kernel's overlay that decide only
    /// about speed are left out.
    private static func mountOptions(_ option: StorageOption) throws(ConfigError) -> [String] {
        var result: [String] = []
        for text in option.value.split(separator: ",").map(String.init) {
            let name = String(text.prefix { $0 != "=" })
            if restrictions.contains(name) {
                result.append(name)
            } else if !harmless.contains(name) {
                throw option.error(
                    .unsupported,
                    "mount option \"\(text)\" is not supported: \(restrictions.joined(separator: ", ")) are")
            }
        }
        return result
    }

    private static let restrictions = ["nodev", "noexec", "nosuid"]
    private static let harmless: Set<String> = [
        "metacopy", "redirect_dir", "index", "xino", "volatile", "userxattr", "nfs_export", "uuid", "fsync", "defaults",
        "rw", "dev", "exec", "suid", "async", "relatime", "noatime", "nodiratime", "strictatime",
    ]

    static func isTrue(_ value: String) -> Bool { ["true", "1", "t"].contains(value.lowercased()) }

    /// `nodev`, `noexec` and `nosuid`, as far as `mountopt` requests them.
    package var mountRestrictions: [String] {
        (options["mountopt"] ?? "").split(separator: ",").map(String.init).filter(Self.restrictions.contains)
    }

    /// Whether the driver's directory is not mounted on itself.
    package var skipsHomeMount: Bool { Self.isTrue(options["skip_mount_home"] ?? "") }

    /// Whether files of owners that are not mapped may belong to the user instead.
    package var ignoresUnmappedOwners: Bool { Self.isTrue(options["ignore_chown_errors"] ?? "") }

    /// Whether a layer is on disk when the call that made it returns.
    package var synchronizesLayers: Bool { options["sync"] == "filesystem" }
}
