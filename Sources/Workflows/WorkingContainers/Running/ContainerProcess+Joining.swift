import ImageModel
package import Sandbox

extension ContainerProcess {
    /// Runs the command in a running container and waits for it.
    ///
    /// - Parameter caches: a directory for compiled seccomp filters.
    /// - Throws: ``SandboxError`` when it could not be started.
    package func run(joining container: JoinedContainer, caches: String) throws -> ExitStatus {
        let users = ImageUsers { try RootFileReader.read($0, in: container.root) }
        let account = try users.resolve(user)
        let groups = try account.additionalGIDs + additionalGroups.map { try users.groupID($0) }
        var spec = SandboxSpec(
            rootfs: .directory("/"), args: arguments, environment: completeEnvironment(home: account.home))
        spec.workingDirectory = ContainerPath.absolute(workingDirectory, from: "/")
        spec.user = ProcessUser(
            uid: account.uid, gid: account.gid,
            additionalGIDs: [account.gid] + groups.filter { $0 != account.gid }, umask: confinement.umask)
        try confinement.apply(to: &spec)
        (spec.devices, spec.sysctls) = ([], [])
        (spec.stdio, spec.terminal, spec.signals) = (stdio, terminal, signals)
        (spec.started, spec.consoleReceiver) = (started, consoleReceiver)
        return try Sandbox.run(spec, joining: container, cacheDirectory: caches)
    }
}
