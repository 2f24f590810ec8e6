import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import ContentDigest
import ImageModel
import JSONText
import LinuxSystem
import OutputTemplates
import WorkingContainers

/// `podman inspect`: a container with that name, otherwise an image.
enum PodmanInspectCommand: Command {
    static let grammar = CommandGrammar(
        "inspect", summary: "Display the configuration of object denoted by ID",
        usage: "inspect [options] {CONTAINER|IMAGE} [...]",
        flags: [
            .string("format", short: "f", help: "format the output to a Go template or json"),
            .bool("size", short: "s", help: "display total file size"), ContainerTargets.latest,
            .string("type", short: "t", default: "all", help: "specify inspect-object type (container, image, all)"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let type = arguments.string("type") ?? "all"
        guard ["all", "container", "image"].contains(type) else {
            throw CommandError("invalid type \"\(type)\": must be one of container, image or all")
        }
        let store = try session.openStore()
        let names = try ContainerTargets.names(arguments, in: store)
        return try Inspection(arguments, session).print(names) { name in
            if type != "image",
                let record = try type == "all" ? store.containerRatherThanImage(name) : store.container(name),
                let container = try ManagedContainer(record, in: store)
            {
                let inspection = ContainerInspection(container, store)
                return (
                    try inspection.value(withSizes: arguments.bool("size")), InspectTemplateTypes.podmanContainer
                )
            }
            if type != "container", let image = try store.image(name) {
                return (try StoredImageInspection(image, store).value(), InspectTemplateTypes.podmanImage)
            }
            throw CommandError("inspecting object: no such \(type == "all" ? "object" : type): \"\(name)\"")
        }
    }
}

/// `podman image inspect`.
enum PodmanImageInspectCommand: Command {
    static let grammar = CommandGrammar(
        "inspect", summary: "Display the configuration of an image", usage: "inspect [options] IMAGE [IMAGE...]",
        flags: [.string("format", short: "f", help: "format the output to a Go template or json")],
        arguments: .atLeast(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        return try Inspection(arguments, session).print(arguments.positionals) { name in
            guard let image = try store.image(name) else { throw CommandError("\(name): image not known") }
            return (try StoredImageInspection(image, store).value(), InspectTemplateTypes.podmanImage)
        }
    }
}

/// An image of the store in the format of Podman's inspection.
struct StoredImageInspection {
    private let record: ImageRecord
    private let store: ContainerStore

    init(_ record: ImageRecord, _ store: ContainerStore) {
        self.record = record
        self.store = store
    }

    func value() throws -> JSONObject {
        let image = try StoredImage(record, in: store)
        let raw = try JSONValue(parsing: try image.config.serialized())
        let manifest = try JSONValue(parsing: image.manifest.bytes)
        let size = try ImageListing.size(of: record, in: store)
        func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        let digests = record.names.compactMap { name in
            (try? ImageReference(parsing: name)).map { "\($0.name)@\(image.manifest.digest)" }
        }
        var value = JSONObject()
        value["Id"] = .string(record.id)
        value["Digest"] = .string(image.manifest.digest.description)
        value["RepoTags"] = texts(record.names)
        value["RepoDigests"] = texts(digests.reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
        value["Parent"] = ""
        value["Comment"] = raw["comment"] ?? raw["history"]?.array?.last?["comment"] ?? ""
        value["Created"] = raw["created"] ?? .string(record.created)
        value["Config"] = raw["config"] ?? [:]
        value["Version"] = ""
        value["Author"] = raw["author"] ?? ""
        value["Architecture"] = raw["architecture"] ?? ""
        value["Os"] = raw["os"] ?? ""
        value["Size"] = .integer(size)
        value["VirtualSize"] = .integer(size)
        value["GraphDriver"] = try graphDriver()
        value["RootFS"] = ["Type": "layers", "Layers": raw["rootfs"]?["diff_ids"] ?? .array([])]
        value["Labels"] = raw["config"]?["Labels"] ?? .null
        value["Annotations"] = manifest["annotations"] ?? [:]
        value["ManifestType"] = .string(image.manifest.mediaType.rawValue)
        value["User"] = .string(image.containerConfig.user)
        value["History"] = raw["history"] ?? .array([])
        value["NamesHistory"] = texts(record.namesHistory)
        return value
    }

    private func graphDriver() throws -> JSONValue {
        var data = JSONObject()
        if let layer = record.topLayer {
            let directories = try store.driver.contentDirectories(of: layer)
            if store.driver.holdsChangesOnly {
                if directories.count > 1 {
                    data["LowerDir"] = .string(directories.dropFirst().joined(separator: ":"))
                }
                data["UpperDir"] = .string(store.driver.contentDirectory(layer))
            } else {
                data["Dir"] = .string(store.driver.contentDirectory(layer))
            }
        }
        return ["Name": .string(store.driver.name), "Data": .object(data)]
    }
}
