import ContainerLifecycle
import ContainerStore
import JSONText
import LinuxSystem

/// A container in a list, in Podman's format.
struct ContainerListLine {
    /// Shared by all lines of one list.
    struct Context {
        let now: FileTime
        /// Whether ids and commands are not truncated.
        let isWhole: Bool
        let sizes: Bool
        let store: ContainerStore
    }

    let id: String
    let image: String
    let name: String
    let command: [String]
    let created: FileTime
    let status: String
    let ownSize: Int64
    private let wholeSize: Int64
    private let container: ManagedContainer?
    private let record: ContainerRecord
    private let context: Context

    /// Headers that differ from the fields' own names.
    static let headers = [
        "ID": "CONTAINER ID", "CreatedHuman": "CREATED", "CIDFile": "CIDFILE", "RunningFor": "CREATED",
        "ExitCode": "EXIT CODE", "Networks": "NETWORKS",
    ]

    init(_ container: ManagedContainer, _ context: Context) throws {
        self.container = container
        self.context = context
        record = container.record
        id = container.id
        image = container.definition.imageName
        name = container.name
        command = container.definition.command
        created = Clock.parseRFC3339(record.created) ?? FileTime(seconds: 0)
        status = ContainerListLine.status(of: container, now: context.now)
        (ownSize, wholeSize) = context.sizes ? try container.sizes(in: context.store) : (0, 0)
    }

    /// A container of another tool.
    init(external record: ContainerRecord, _ context: Context) throws {
        container = nil
        self.context = context
        self.record = record
        id = record.id
        name = record.names.first ?? ""
        image = try record.image.isEmpty ? "" : context.store.image(record.image)?.names.first ?? record.image
        command = [try context.store.file(container: record.id, "buildah.json") == nil ? "storage" : "buildah"]
        created = Clock.parseRFC3339(record.created) ?? FileTime(seconds: 0)
        status = "Storage"
        (ownSize, wholeSize) = (0, 0)
    }

    private static func status(of container: ManagedContainer, now: FileTime) -> String {
        func ago(_ text: String?) -> String {
            HumanUnits.age(since: text.flatMap { Clock.parseRFC3339($0) } ?? FileTime(seconds: 0), now: now)
        }
        switch container.state.status {
        case .created: return "Created"
        case .running: return "Up \(ago(container.state.startedAt).dropLast(" ago".count))"
        case .exited: return "Exited (\(container.state.exitCode)) \(ago(container.state.finishedAt))"
        }
    }

    private var age: String { HumanUnits.age(since: created, now: context.now) }

    private var commandText: String {
        let text = command.joined(separator: " ")
        return context.isWhole || text.count <= 20 ? text : text.prefix(17) + "..."
    }

    private var sizeText: String {
        context.sizes ? "\(HumanUnits.compactSize(ownSize)) (virtual \(HumanUnits.compactSize(wholeSize)))" : ""
    }

    private var mountPoints: [JSONValue] {
        ((container?.definition.mounts.map(\.destination) ?? []) + (container?.definition.volumes ?? []))
            .map { .string($0) }
    }

    private var labels: JSONValue {
        guard let labels = container?.definition.labels, !labels.isEmpty else { return .null }
        return .object(JSONObject(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    private var ports: [PublishedPort] { container?.definition.ports.compactMap(PublishedPort.init) ?? [] }

    private var state: String { container?.state.status.rawValue ?? "storage" }
    private var startedAt: Int64 { seconds(container?.state.startedAt) }
    private var exitedAt: Int64 { seconds(container?.state.finishedAt) }

    private func seconds(_ text: String?) -> Int64 {
        text.flatMap { Clock.parseRFC3339($0) }?.seconds ?? -62_135_596_800
    }

    /// The fields for templates.
    var row: JSONObject {
        let shownID = context.isWhole ? id : String(id.prefix(12))
        let createdText = HumanUnits.goTime(created)
        return [
            "ID": .string(shownID), "Image": .string(image), "ImageID": .string(record.image),
            "Command": .string(commandText), "CreatedHuman": .string(age), "RunningFor": .string(age),
            "Created": .string(createdText), "CreatedAt": .string(createdText), "Status": .string(status),
            "State": .string(state), "Ports": .string(ports.map(\.description).joined(separator: ", ")),
            "Names": .string(name), "Size": .string(sizeText), "Mounts": .array(mountPoints),
            "Labels": labels == .null ? [:] : labels, "Networks": .array([]),
            "Exited": .bool(container?.state.status == .exited), "ExitedAt": .integer(exitedAt),
            "StartedAt": .integer(startedAt), "ExitCode": .integer(Int64(container?.state.exitCode ?? 0)),
            "Pid": .integer(Int64(container?.state.process?.pid ?? 0)), "Pod": "", "PodName": "", "IsInfra": false,
            "AutoRemove": .bool(container?.definition.removesItself ?? false), "CIDFile": "",
        ]
    }

    /// The fields for `--format json`.
    var json: JSONObject {
        var sizes = JSONValue.null
        if context.sizes { sizes = ["rwSize": .integer(ownSize), "rootFsSize": .integer(wholeSize)] }
        let definition = container?.definition
        return [
            "AutoRemove": .bool(definition?.removesItself ?? false),
            "Command": .array(command.map { .string($0) }), "CreatedAt": .string(age),
            "Exited": .bool(container?.state.status == .exited), "ExitedAt": .integer(exitedAt),
            "ExitCode": .integer(Int64(container?.state.exitCode ?? 0)), "Id": .string(id), "Image": .string(image),
            "ImageID": .string(record.image), "IsInfra": false, "Labels": labels, "Mounts": .array(mountPoints),
            "Names": .array([.string(name)]), "Namespaces": [:], "Networks": .array([]),
            "Pid": .integer(Int64(container?.state.process?.pid ?? 0)), "Pod": "", "PodName": "",
            "Ports": ports.isEmpty ? .null : .array(ports.map(\.json)), "Size": sizes, "StartedAt": .integer(startedAt),
            "State": .string(state),
            "Status": .string(status), "Created": .integer(created.seconds),
        ]
    }
}
