import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import JSONText
import OutputTemplates

/// `container inspect`: shows all details of containers, in Podman's format.
enum ContainerInspectCommand: Command {
    static let grammar = CommandGrammar(
        "inspect", summary: "Display the configuration of a container",
        usage: "inspect [options] CONTAINER [CONTAINER...]",
        flags: [
            .string("format", short: "f", help: "format the output to a Go template or json"),
            .bool("size", short: "s", help: "display total file size"), ContainerTargets.latest,
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        let names = try ContainerTargets.names(arguments, in: store)
        return try Inspection(arguments, session).print(names) { name in
            do {
                let container = try ManagedContainer(name, in: store)
                let inspection = ContainerInspection(container, store)
                return (
                    try inspection.value(withSizes: arguments.bool("size")), InspectTemplateTypes.podmanContainer
                )
            } catch let error as ContainerError where error.code == .notFound {
                throw CommandError("inspecting object: no such container \(name)")
            }
        }
    }
}

/// The output of Podman's `inspect` commands: an array, or each object formatted with a template.
struct Inspection {
    private let format: OutputFormat?
    private let session: Session

    init(_ arguments: ParsedArguments, _ session: Session) throws {
        format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "inspect") }
        self.session = session
    }

    /// - Returns: the exit code; missing objects are reported after the found ones have been printed.
    func print(
        _ names: [String], _ describe: (String) throws -> (value: JSONObject, shape: TemplateShape)
    ) throws -> Int32 {
        var found: [JSONValue] = []
        var shape = TemplateShape.any
        var errors: [any Error] = []
        for name in names {
            do {
                let (value, itsShape) = try describe(name)
                // A list of containers and images has no single type.
                shape = found.isEmpty || shape.typeName == itsShape.typeName ? itsShape : .any
                found.append(.object(value))
            } catch {
                errors.append(error)
            }
        }
        if let format, !Optional(format).isJSON, !format.isPlainTable {
            if !found.isEmpty { session.write(try format.render(found, shape: shape)) }
        } else {
            session.printLine(JSONValue.array(found).serializedString(pretty: true))
        }
        for error in errors { session.printError("Error: \(error)") }
        return errors.isEmpty ? 0 : ErrorReport.ownFailure
    }
}

/// A container in the format of Podman's inspection.
struct ContainerInspection {
    private let container: ManagedContainer
    private let store: ContainerStore
    private let definition: ContainerDefinition

    init(_ container: ManagedContainer, _ store: ContainerStore) {
        self.container = container
        self.store = store
        definition = container.definition
    }

    func value(withSizes: Bool) throws -> JSONObject {
        var value = JSONObject()
        value["Id"] = .string(container.id)
        value["Created"] = .string(container.record.created)
        value["Path"] = .string(definition.command.first ?? "")
        value["Args"] = texts(Array(definition.command.dropFirst()))
        value["State"] = state
        value["Image"] = .string(container.record.image)
        value["ImageDigest"] = .string(definition.imageDigest)
        value["ImageName"] = .string(definition.imageName)
        value["Rootfs"] = .string(definition.rootDirectory ?? "")
        value["Pod"] = ""
        value["StaticDir"] = .string(store.layout.containerUserData(container.id))
        value["OCIRuntime"] = "built-in"
        value["Name"] = .string(container.name)
        value["RestartCount"] = .integer(Int64(clamping: container.state.restartCount ?? 0))
        value["Driver"] = .string(store.driver.name)
        value["MountLabel"] = ""
        value["ProcessLabel"] = ""
        value["AppArmorProfile"] = ""
        value["ExecIDs"] = .array([])
        value["GraphDriver"] = try graphDriver()
        if withSizes {
            let sizes = try container.sizes(in: store)
            value["SizeRw"] = .integer(sizes.own)
            value["SizeRootFs"] = .integer(sizes.whole)
        }
        value["Mounts"] = try mounts()
        value["Dependencies"] = .array([])
        value["NetworkSettings"] = networkSettings
        value["Namespace"] = ""
        value["IsInfra"] = false
        value["Config"] = config
        value["HostConfig"] = definition.hostConfiguration
        return value
    }

    private func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

    private func pairs(_ pairs: [String: String]) -> JSONValue {
        .object(JSONObject(pairs.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    private var state: JSONValue {
        let state = container.state
        let never = "0001-01-01T00:00:00Z"
        return [
            "OciVersion": "1.2.0", "Status": .string(state.status.rawValue), "Running": .bool(container.isRunning),
            "Paused": false, "Restarting": false, "OOMKilled": false, "Dead": false,
            "Pid": .integer(Int64(state.process?.pid ?? 0)), "ExitCode": .integer(Int64(state.exitCode)),
            "Error": .string(state.error), "StartedAt": .string(state.startedAt ?? never),
            "FinishedAt": .string(state.finishedAt ?? never),
            "Health": ["Status": "", "FailingStreak": 0, "Log": .null],
        ]
    }

    private func graphDriver() throws -> JSONValue {
        var data = JSONObject()
        if let mount = try store.overlayMount(of: container.record.layer, readOnly: false) {
            let parent = try store.layer(container.record.layer)?.parent
            let lower = try parent.map { try store.driver.contentDirectories(of: $0) } ?? []
            data["LowerDir"] = .string(lower.joined(separator: ":"))
            data["UpperDir"] = .string(mount.upper ?? "")
            data["WorkDir"] = .string(mount.work ?? "")
        } else {
            data["Dir"] = .string(store.driver.contentDirectory(container.record.layer))
        }
        return ["Name": .string(store.driver.name), "Data": .object(data)]
    }

    private func mounts() throws -> JSONValue {
        let bound: [JSONValue] = definition.mounts.filter { $0.type == "bind" }.map { mount in
            let propagation = mount.options.first {
                ["rprivate", "private", "rslave", "slave", "rshared", "shared"].contains($0)
            }
            return [
                "Type": "bind", "Source": .string(mount.source), "Destination": .string(mount.destination),
                "Driver": "", "Mode": "",
                "Options": texts(mount.options.filter { $0 != "ro" && $0 != "rw" && $0 != propagation }),
                "RW": .bool(!mount.isReadOnly), "Propagation": .string(propagation ?? "rprivate"),
            ]
        }
        let own: [JSONValue] = try definition.volumes.map { place in
            [
                "Type": "volume", "Name": "",
                "Source": .string(try container.volumeDirectory(at: place, in: store) ?? ""),
                "Destination": .string(place), "Driver": "local", "Mode": "", "Options": .array([]), "RW": true,
                "Propagation": "rprivate",
            ]
        }
        let named: [JSONValue] = try definition.mounts.filter { $0.type == "volume" }.map { mount in
            [
                "Type": "volume", "Name": .string(mount.source),
                "Source": .string(try VolumeStore(store).volume(mount.source)?.mountPoint ?? ""),
                "Destination": .string(mount.destination), "Driver": "local", "Mode": "",
                "Options": texts(mount.options.filter { $0 != "ro" && $0 != "rw" }),
                "RW": .bool(!mount.isReadOnly), "Propagation": "rprivate",
            ]
        }
        return .array(bound + own + named)
    }

    private var networkSettings: JSONValue {
        [
            "EndpointID": "", "Gateway": "", "IPAddress": "", "IPPrefixLen": 0, "IPv6Gateway": "",
            "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0, "MacAddress": "", "Bridge": "", "SandboxID": "",
            "HairpinMode": false, "LinkLocalIPv6Address": "", "LinkLocalIPv6PrefixLen": 0,
            "Ports": PublishedPort.bindings(definition.ports.compactMap(PublishedPort.init)),
            "SandboxKey": "",
        ]
    }

    private var config: JSONValue {
        let entrypoint = definition.entrypoint
        return [
            "Hostname": .string(definition.hostname), "Domainname": "", "User": .string(definition.user),
            "AttachStdin": false, "AttachStdout": false, "AttachStderr": false,
            "Tty": .bool(definition.hasTerminal), "OpenStdin": .bool(definition.opensInput), "StdinOnce": false,
            "Env": texts(definition.environment),
            "Cmd": texts(Array(definition.command.dropFirst(entrypoint.count))),
            "Image": .string(definition.imageName),
            "Volumes": definition.volumes.isEmpty
                ? .null : .object(JSONObject(definition.volumes.map { ($0, [:]) })),
            "WorkingDir": .string(definition.workingDirectory.isEmpty ? "/" : definition.workingDirectory),
            "Entrypoint": .string(entrypoint.joined(separator: " ")), "OnBuild": .null,
            "Labels": definition.labels.isEmpty ? .null : pairs(definition.labels),
            "Annotations": pairs(definition.annotations),
            "StopSignal": .integer(Int64(definition.stopSignal)), "CreateCommand": texts(definition.commandLine),
            "StopTimeout": .integer(definition.stopTimeout),
        ]
    }
}
