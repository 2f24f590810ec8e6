/// Checks that need no system calls.
extension SandboxSpec {
    /// Throws an error of code `invalidSpecification` for values that no system call accepts or that would be
    /// misinterpreted.
    func validate() throws(SandboxError) {
        guard let command = args.first, !command.isEmpty else {
            throw SandboxError(.invalidSpecification, "no command given")
        }
        guard workingDirectory.hasPrefix("/") else {
            throw SandboxError(.invalidSpecification, "working directory \(workingDirectory) is not absolute")
        }
        for mount in mounts where !mount.destination.hasPrefix("/") || mount.destination == "/" {
            throw SandboxError(.invalidSpecification, "mount destination \"\(mount.destination)\" is not below /")
        }
        for device in devices where !device.path.hasPrefix("/dev/") {
            throw SandboxError(.invalidSpecification, "device path \(device.path) is not below /dev")
        }
        // To the kernel this number means "unchanged", which would be root here.
        for id in [user.uid, user.gid] + user.additionalGIDs where id == UInt32.max {
            throw SandboxError(.invalidSpecification, "user or group id \(id) is not valid")
        }
        for (name, _) in sysctls where name.isEmpty || name.contains("/") || name.contains("..") {
            throw SandboxError(.invalidSpecification, "kernel parameter \"\(name)\" is not valid")
        }
        if case .path(let path) = namespaces.process {
            throw SandboxError(
                .invalidSpecification,
                "joining the process namespace \(path) is not supported: its processes could outlive the command")
        }
        try refuseNULs()
        // It becomes a line of /etc/hostname and of /etc/hosts.
        if let hostname, hostname.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            throw SandboxError(.invalidSpecification, "the host name contains a control character")
        }
    }

    private func refuseNULs() throws(SandboxError) {
        var texts = args + environment + maskedPaths + readonlyPaths + [workingDirectory, rootfs.path]
        texts += [hostname, domainname].compactMap { $0 } + sysctls.flatMap { [$0.name, $0.value] }
        texts += mounts.flatMap { [$0.destination] + $0.data }
        texts += devices.flatMap { [$0.path, $0.hostPath] }
        for text in texts where text.utf8.contains(0) {
            throw SandboxError(.invalidSpecification, "\"\(text.prefix { $0 != "\0" })...\" contains a NUL byte")
        }
    }
}
