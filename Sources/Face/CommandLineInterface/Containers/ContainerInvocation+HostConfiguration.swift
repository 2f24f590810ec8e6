import CommandLineGrammar
import ContainerLifecycle
import JSONText
import Sandbox
import WorkingContainers

extension ContainerInvocation {
    /// How the container is confined, in the format of Podman's inspection.
    func hostConfiguration(_ definition: ContainerDefinition) throws -> JSONObject {
        let confinement = try confinement()
        func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        var host = JSONObject()
        host["Binds"] = texts(
            definition.mounts.filter { $0.type == "bind" }.map { mount in
                let mode = mount.isReadOnly ? ["ro"] : ["rw"]
                let rest = mount.options.filter { $0 != "ro" && $0 != "rw" }
                return "\(mount.source):\(mount.destination):\((mode + rest).joined(separator: ","))"
            })
        host["CgroupMode"] = "private"
        host["ContainerIDFile"] = .string(arguments.string("cidfile") ?? "")
        let settings = definition.supervision ?? ContainerDefinition.Supervision()
        host["LogConfig"] = [
            "Type": .string(settings.logDriver), "Config": .null, "Path": .string(settings.logPath ?? ""), "Tag": "",
            "Size": .string("\(settings.logLimit ?? 0)B"),
        ]
        host["NetworkMode"] = .string(arguments.string("network") ?? confinement.networkName)
        host["PortBindings"] = PublishedPort.bindings(definition.ports.compactMap(PublishedPort.init))
        host["RestartPolicy"] = [
            "Name": .string(settings.restartPolicy),
            "MaximumRetryCount": .integer(Int64(clamping: settings.restartLimit ?? 0)),
        ]
        host["AutoRemove"] = .bool(definition.removesItself)
        host["VolumesFrom"] =
            arguments.wasSet("volumes-from") ? texts(arguments.strings("volumes-from")) : .null
        host["CapAdd"] = texts(confinement.addCapabilities)
        host["CapDrop"] = texts(confinement.dropCapabilities)
        host["Dns"] = texts(confinement.dnsServers)
        host["DnsOptions"] = texts(confinement.dnsOptions)
        host["DnsSearch"] = texts(confinement.dnsSearches)
        host["ExtraHosts"] = texts(confinement.addHosts)
        host["GroupAdd"] = texts(arguments.strings("group-add"))
        host["IpcMode"] = "private"
        host["PidMode"] = "private"
        host["UTSMode"] = "private"
        host["Privileged"] = .bool(isPrivileged)
        host["ReadonlyRootfs"] = .bool(isReadOnly)
        host["SecurityOpt"] = texts(arguments.strings("security-opt"))
        host["Tmpfs"] = .object(
            JSONObject(
                definition.mounts.filter { $0.type == "tmpfs" }.map { mount in
                    (mount.destination, .string(mount.options.joined(separator: ",")))
                }))
        host["ShmSize"] = .integer(Int64(clamping: confinement.shmSize))
        host["Runtime"] = "built-in"
        host["Ulimits"] = .array(
            try confinement.resourceLimits.map { text in
                let limit = try ResourceLimit(parsing: text)
                return [
                    "Name": .string("RLIMIT_\(limit.name.uppercased())"),
                    "Soft": .integer(limit.soft == .max ? -1 : Int64(clamping: limit.soft)),
                    "Hard": .integer(limit.hard == .max ? -1 : Int64(clamping: limit.hard)),
                ]
            })
        host["Init"] = .bool(usesInit)
        return host
    }
}
