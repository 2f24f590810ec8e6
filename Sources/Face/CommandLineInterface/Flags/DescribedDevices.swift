import CommandLineGrammar
import ContainersConfig
import Sandbox

/// The devices of `--device` and containers.conf: the host's by path, and those of CDI descriptions by name.
struct DescribedDevices {
    private(set) var devices: [SandboxDevice] = []
    private(set) var mounts: [SandboxMount] = []
    private(set) var environment: [String] = []
    private var described: [DeviceDescriptions.Edits.Mount] = []

    init(_ requested: [String], _ arguments: ParsedArguments, _ conf: ContainersConf) throws {
        devices = try requested.filter { !DeviceDescriptions.isName($0) }.flatMap { try DeviceFlag.parse($0) }
        let names = requested.filter(DeviceDescriptions.isName)
        guard !names.isEmpty else { return }
        let edits = try DeviceDescriptions(directories: Self.directories(arguments, conf)).edits(for: names)
        environment = edits.environment
        described = edits.mounts
        devices += try Self.nodes(of: edits)
        mounts = try Self.mounts(of: edits, names[0])
    }

    /// The directories with descriptions: those of the flags, or else of containers.conf.
    static func directories(_ arguments: ParsedArguments, _ conf: ContainersConf) -> [String] {
        var directories = conf.engine.cdiDirectories
        if arguments.declares("cdi-spec-dir"), arguments.wasSet("cdi-spec-dir") {
            directories = arguments.strings("cdi-spec-dir")
        }
        if arguments.declares("cdi-config-dir"), let directory = arguments.string("cdi-config-dir") {
            directories.append(directory)
        }
        return directories
    }

    static func nodes(of edits: DeviceDescriptions.Edits) throws -> [SandboxDevice] {
        try edits.nodes.flatMap { try DeviceFlag.parse("\($0.hostPath):\($0.path):\($0.permissions)") }
    }

    /// - Parameter name: the device, for messages.
    static func mounts(of edits: DeviceDescriptions.Edits, _ name: String) throws -> [SandboxMount] {
        try edits.mounts.map { mount in
            guard mount.hostPath.hasPrefix("/"), mount.containerPath.hasPrefix("/") else {
                throw CommandError("device \(name): mounts need absolute paths: \(mount.hostPath)")
            }
            return try SandboxMount(
                type: "bind", source: mount.hostPath, destination: mount.containerPath, options: mount.options)
        }
    }

    /// The mounts as `--volume` has them, for the settings of a container.
    ///
    /// - Throws: if the devices have variables, which the settings have no place for.
    func storedMounts() throws -> [String] {
        guard environment.isEmpty else {
            throw CommandError("the device's variables cannot be stored with a container: use --device with run")
        }
        return described.map { mount in
            let options = mount.options.filter { $0 != "bind" && $0 != "rbind" }
            let place = "\(mount.hostPath):\(mount.containerPath)"
            return options.isEmpty ? place : "\(place):\(options.joined(separator: ","))"
        }
    }
}
