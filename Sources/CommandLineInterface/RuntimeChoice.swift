import ContainersConfig
import LinuxSystem
import Sandbox

/// Which OCI runtime runs a command.
enum RuntimeChoice {
    /// The runtime with this name or path; nil: the one that containers.conf names, else the first that is installed.
    ///
    /// - Parameters:
    ///   - flags: global flags without their dashes.
    ///   - bundle: a directory for the runtime's configuration, to be made.
    static func choose(
        named name: String?, flags: [String], _ conf: ContainersConf, bundle: String
    ) throws -> ExternalRuntime {
        let wanted = name ?? conf.engine.runtime
        let names = wanted.isEmpty ? ["crun", "runc"] : [wanted]
        for name in names {
            var places = conf.engine.runtimes[name] ?? directories.map { "\($0)/\(name)" }
            if name.hasPrefix("/") { places = [name] }
            if let path = places.first(where: { Files.exists($0) }) {
                return ExternalRuntime(
                    path: path, options: flags.map { "--\($0)" }, stateDirectory: "\(bundle)/state", bundle: bundle,
                    id: "swiftlet-\(RandomBytes.hex(8))")
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
