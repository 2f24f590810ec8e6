import CommandLineGrammar
import ContainersConfig
import LinuxSystem
import Sandbox
import WorkingContainers

/// `--cgroupns`, `--ipc`, `--pid` and `--uts`; `--device`; `--no-hosts` and `--no-hostname`.
enum NamespaceFlags {
    static let flags: [Flag] = [
        .string("cgroupns", "how", help: "the cgroup namespace: private or host"),
        .string("ipc", "how", help: "the IPC namespace: private, host, or the path of one"),
        .string("pid", "how", help: "the process namespace: private or host"),
        .string("uts", "how", help: "the UTS namespace: private, host, or the path of one"),
        Flag(
            "device", .stringArray, placeholder: "HOST[:CONTAINER][:PERMISSIONS]",
            help: "devices of the host, directories of them, or devices of CDI, to be seen in the container"),
        .string("cdi-config-dir", "directory", help: "another directory of CDI device descriptions"),
        .bool("no-hosts", help: "leave /etc/hosts to the image"),
        .bool("no-hostname", help: "leave /etc/hostname to the image"),
    ]

    /// Applies the flags to a confinement that contains the defaults.
    static func read(
        _ arguments: ParsedArguments, _ conf: ContainersConf, into confinement: inout StepConfinement
    ) throws {
        let described = try DescribedDevices(conf.containers.devices + arguments.strings("device"), arguments, conf)
        confinement.devices += described.devices
        confinement.deviceMounts += described.mounts
        confinement.deviceEnvironment += described.environment
        if arguments.bool("no-hosts") || conf.containers.noHosts { confinement.noHosts = true }
        if arguments.bool("no-hostname") || conf.containers.noHostname { confinement.noHostname = true }
        if confinement.noHosts, !confinement.addHosts.isEmpty {
            throw CommandError("--no-hosts and --add-host conflict, can not be used together")
        }
        try read("cgroup", arguments.string("cgroupns"), conf.containers.cgroupNamespace) {
            confinement.namespaces.cgroup = $0
        }
        try read("ipc", arguments.string("ipc"), conf.containers.ipcNamespace) { confinement.namespaces.ipc = $0 }
        try read("pid", arguments.string("pid"), conf.containers.pidNamespace) { confinement.namespaces.process = $0 }
        try read("uts", arguments.string("uts"), conf.containers.utsNamespace) { confinement.namespaces.uts = $0 }
    }

    /// Applies the flag's value, otherwise that of containers.conf; without either nothing is changed.
    private static func read(
        _ kind: String, _ flag: String?, _ configured: String, _ take: (NamespaceSource) -> Void
    ) throws {
        if let flag {
            take(try parse(kind, flag))
        } else if !configured.isEmpty {
            take(try parse(kind, configured))
        }
    }

    /// Parses a namespace mode in the syntax of Buildah and Podman.
    static func parse(_ kind: String, _ text: String) throws -> NamespaceSource {
        switch text {
        case "", "private", "container": return .own
        case "shareable" where kind == "ipc", "none" where kind == "ipc": return .own
        case "host": return .host
        default: break
        }
        if text.hasPrefix("container:") {
            throw CommandError("\(kind) namespace \(text): joining another container is not supported")
        }
        let path = text.hasPrefix("ns:") ? String(text.dropFirst("ns:".count)) : text
        guard Files.exists(path) else {
            throw CommandError("checking \(kind) namespace: stat \(path): no such file or directory")
        }
        return .path(path)
    }
}

/// `--device`: `HOST[:CONTAINER][:PERMISSIONS]`, where HOST may be a directory.
enum DeviceFlag {
    static func parse(_ text: String) throws -> [SandboxDevice] {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count), parts[0].hasPrefix("/") else {
            throw CommandError("invalid device specification: \(text)")
        }
        var place = parts[0]
        var permissions = "rwm"
        switch parts.count {
        case 3:
            if !parts[1].isEmpty { place = parts[1] }
            permissions = parts[2]
        case 2 where parts[1].hasPrefix("/"): place = parts[1]
        case 2: permissions = parts[1]
        default: break
        }
        guard !permissions.isEmpty, permissions.allSatisfy({ "rwm".contains($0) }),
            Set(permissions).count == permissions.count
        else { throw CommandError("invalid device mode: \(permissions)") }
        guard place.hasPrefix("/dev/") else {
            throw CommandError("device \(text): \(place) is not below /dev, where devices of a container are")
        }
        let found = try devices(parts[0], place, permissions)
        guard !found.isEmpty else { throw CommandError("device \(text): there are no devices in \(parts[0])") }
        return found
    }

    private static func devices(_ host: String, _ place: String, _ permissions: String) throws -> [SandboxDevice] {
        let status: FileStatus
        do {
            status = try Files.status(host, followSymlinks: true)
        } catch {
            throw CommandError("getting info of source device \(host): \(error)")
        }
        switch status.kind {
        case .characterDevice, .blockDevice: return [device(status, host, place, permissions)]
        case .directory:
            let names = try Files.entries(ofDirectory: host).map(\.text)
            return try names.sorted().flatMap { name -> [SandboxDevice] in
                // Links point to devices that have names of their own; the container has its own terminals.
                let kind = try Files.status("\(host)/\(name)").kind
                guard [.characterDevice, .blockDevice, .directory].contains(kind), !["pts", "shm"].contains(name) else {
                    return []
                }
                return try devices("\(host)/\(name)", "\(place)/\(name)", permissions)
            }
        default: throw CommandError("\(host) is not a device node")
        }
    }

    /// The permissions limit the mode of the new node; if the host's node must be bind-mounted, its own mode applies.
    private static func device(
        _ status: FileStatus, _ host: String, _ place: String, _ permissions: String
    ) -> SandboxDevice {
        var allowed: UInt32 = 0
        if permissions.contains("r") { allowed |= 0o444 }
        if permissions.contains("w") { allowed |= 0o222 }
        return SandboxDevice(
            path: place, isBlock: status.kind == .blockDevice, major: status.deviceMajor, minor: status.deviceMinor,
            mode: status.mode & 0o777 & allowed, hostPath: host)
    }
}

extension NamespaceFlags {
    /// `chroot` isolation shares the host's network, IPC and control group namespaces. As in Buildah, requesting another network
    /// is an error where the isolation was chosen for the same command; otherwise a warning, so that scripts with
    /// `BUILDAH_ISOLATION=chroot` work.
    ///
    /// - Parameter isStrict: whether an isolation from the environment counts as chosen, too.
    static func checkSharing(
        _ isolation: SandboxIsolation, _ arguments: ParsedArguments, _ session: Session, isStrict: Bool = false
    ) throws {
        guard isolation == .chroot else { return }
        for name in ["network", "ipc", "uts", "cgroupns"] where arguments.wasSet(name) {
            guard let value = arguments.string(name), value != "host" else { continue }
            if name == "uts", ["", "private", "container"].contains(value) { continue }
            if name == "network", isStrict || arguments.wasSet("isolation") {
                throw CommandError("cannot set --network other than host with --isolation chroot")
            }
            session.printError(
                "Warning: with chroot isolation commands share the host's: --\(name) \(value) has no effect")
        }
    }
}
