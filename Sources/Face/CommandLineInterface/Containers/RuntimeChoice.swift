import CommandLineGrammar
import ContainersConfig
import LinuxSystem
import Sandbox
import WorkingContainers

/// Which OCI runtime runs a command.
enum RuntimeChoice {
    /// What `--runtime` and `--isolation` ask for. `oci` asks for an external runtime when it comes from a flag: of the
    /// environment's word for it, and of the container's own, which Buildah writes everywhere, the built-in way is worth
    /// as much.
    ///
    /// - Parameters:
    ///   - settled: the container's own word, where there is a container.
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

    /// The runtime with this name or path; nil: the one that containers.conf names, else the first that is installed.
    ///
    /// - Parameters:
    ///   - flags: global flags without their dashes.
    ///   - bundle: how the path of a directory for the runtime's configuration, to be made, begins.
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
        throw CommandError("there is no OCI runtime \(names.joined(separator: " or "))")
    }

    static let directories = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin"]

    /// Makes the directories that an external runtime works in; nil where none is called.
    static func makeBundle(of isolation: SandboxIsolation) throws -> String? {
        guard case .external(let runtime) = isolation else { return nil }
        try Files.makeDirectories("\(runtime.bundle)/state", mode: 0o700)
        return runtime.bundle
    }
}
