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
        let bundle = "\(bundle).\(RandomBytes.hex(8))"
        let wanted = name ?? conf.engine.runtime
        let names = wanted.isEmpty ? ["crun", "runc"] : [wanted]
        for name in names {
            var places = conf.engine.runtimes[name] ?? directories.map { "\($0)/\(name)" }
            if name.hasPrefix("/") { places = [name] }
            if let path = places.first(where: { Files.exists($0) }) {
                return .external(
                    ExternalRuntime(
                        path: path, options: flags.map { "--\($0)" }, stateDirectory: "\(bundle)/state",
                        bundle: bundle, id: "swiftlet-\(RandomBytes.hex(8))"))
            }
        }
        throw CommandError("no OCI runtime found: \(names.joined(separator: " or "))")
    }

    static let directories = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin"]

    /// Creates the directories for an external runtime; nil when none is used.
    static func makeBundle(of isolation: SandboxIsolation) throws -> String? {
        guard case .external(let runtime) = isolation else { return nil }
        try Files.makeDirectories("\(runtime.bundle)/state", mode: 0o700)
        return runtime.bundle
    }
}
