import CommandLineGrammar
import ContainersConfig
import LinuxSystem
import Sandbox
import WorkingContainers

/// Selects the OCI runtime for a command.
enum RuntimeChoice {
    /// The isolation for `--runtime` and `--isolation`. `oci` selects an external runtime only as a flag: from the
    /// environment or the container's own setting, which Buildah always stores, it means the built-in isolation.
    ///
    /// - Parameters:
    ///   - settled: the container's own setting, if there is a container.
    ///   - bundle: as for `external`.
    static func isolation(
        _ arguments: ParsedArguments, _ conf: ContainersConf, settled: WorkingContainer.Isolation = .standard,
        bundle: @autoclosure () throws -> String
    ) throws -> SandboxIsolation {
        let own = try Isolation.parse(arguments)
        if arguments.wasSet("runtime") || (own == .oci && arguments.wasSet("isolation")) {
            return try external(
                named: arguments.string("runtime"), flags: arguments.strings("runtime-flag"), conf, bundle: bundle())
        }
        return (own == .standard ? settled : own) == .chroot ? .chroot : .builtIn
    }

    /// The runtime with this name or path; nil: the one in containers.conf, otherwise the first installed one.
    ///
    /// - Parameters:
    ///   - flags: global flags without their dashes.
    ///   - bundle: the prefix of the path for a directory with the runtime's configuration, which is yet to be created.
    static func external(
        named name: String?, flags: [String], _ conf: ContainersConf, bundle: String
    ) throws -> SandboxIsolation {
        guard let found = find(named: name, in: conf) else {
            throw CommandError("there is no OCI runtime \(names(name, conf).joined(separator: " or "))")
        }
        let bundle = "\(bundle).\(RandomBytes.hex(8))"
        return .external(
            ExternalRuntime(
                path: found.path,
                options: ((conf.engine.runtimeFlags[found.name] ?? []) + flags).map { "--\($0)" },
                stateDirectory: "\(bundle)/state",
                bundle: bundle, id: "swiftlet-\(RandomBytes.hex(8))"))
    }

    /// The runtime that `external` would take, by name and path; nil where it is not installed.
    static func find(named name: String? = nil, in conf: ContainersConf) -> (name: String, path: String)? {
        for name in names(name, conf) {
            var places = conf.engine.runtimes[name] ?? directories.map { "\($0)/\(name)" }
            if name.hasPrefix("/") { places = [name] }
            if let path = places.first(where: { Files.exists($0) }) { return (name, path) }
        }
        return nil
    }

    private static func names(_ name: String?, _ conf: ContainersConf) -> [String] {
        let wanted = name ?? conf.engine.runtime
        return wanted.isEmpty ? ["crun", "runc"] : [wanted]
    }

    static let directories = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin"]

    /// Creates the directories for an external runtime; nil when none is used.
    static func makeBundle(of isolation: SandboxIsolation) throws -> String? {
        guard case .external(let runtime) = isolation else { return nil }
        try Files.makeDirectories("\(runtime.bundle)/state", mode: 0o700)
        return runtime.bundle
    }
}
