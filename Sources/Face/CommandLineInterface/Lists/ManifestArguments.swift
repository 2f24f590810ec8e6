import CommandLineGrammar
import ContainerStore
import ContentDigest
import ImageModel
import ImageTransports
import ManifestLists
import WorkingContainers

/// Shared by the `manifest` commands: flags that describe entries, and names of lists and images.
enum ManifestArguments {
    /// Flags that describe an entry.
    static let entryFlags: [Flag] = [
        Flag(
            "annotation", .stringSlice, placeholder: "annotation=value",
            help: "set an annotation for the specified image"),
        .string("arch", "architecture", help: "override the architecture of the specified image"),
        Flag("features", .stringSlice, help: "override the features of the specified image"),
        .string("os", "OS", help: "override the OS of the specified image"),
        Flag("os-features", .stringSlice, help: "override the OS features of the specified image"),
        .string("os-version", "version", help: "override the OS version of the specified image"),
        .string("variant", "variant", help: "override the variant of the specified image"),
    ]

    /// Parses `entryFlags`.
    static func notes(_ arguments: ParsedArguments) throws -> ManifestList.EntryAnnotations {
        func text(_ flag: String) -> String? { arguments.string(flag).flatMap { $0.isEmpty ? nil : $0 } }
        var notes = ManifestList.EntryAnnotations()
        notes.os = text("os")
        notes.architecture = text("arch")
        notes.variant = text("variant")
        notes.osVersion = text("os-version")
        notes.osFeatures = arguments.strings("os-features")
        notes.features = arguments.strings("features")
        notes.annotations = try annotations(arguments)
        return notes
    }

    /// Parses `--annotation`.
    static func annotations(_ arguments: ParsedArguments) throws -> [String: String] {
        var annotations: [String: String] = [:]
        for text in arguments.strings("annotation") {
            let (key, value) = KeyValueFlag.split(text)
            guard let value else { throw CommandError("no value given for annotation \"\(key)\"") }
            annotations[key] = value
        }
        return annotations
    }

    /// Which images of a list to use: all, or the one for the platform in the flags, by default the host's.
    static func selection(_ arguments: ParsedArguments) -> ManifestList.Selection {
        if arguments.bool("all") { return .all }
        func text(_ flag: String) -> String? {
            arguments.declares(flag) ? arguments.string(flag).flatMap { $0.isEmpty ? nil : $0 } : nil
        }
        var wanted = Platform.host
        if let architecture = text("arch") {
            (wanted.architecture, wanted.variant) = Platform.normalizedArchitecture(architecture)
        }
        if let variant = text("variant") { wanted.variant = variant }
        if let os = text("os") { wanted.os = os }
        return .platform(wanted)
    }

    /// The record of a list.
    static func list(_ name: String, in store: ContainerStore) throws -> ImageRecord {
        guard let record = try store.image(plain(name)) else { throw CommandError("\(name): image not known") }
        guard try ManifestList.isList(record, in: store) else {
            throw CommandError("\(record.names.first ?? record.id): image is not a manifest list")
        }
        return record
    }

    /// A name in the store without its transport prefix.
    static func plain(_ name: String) -> String {
        let prefix = "containers-storage:"
        guard name.hasPrefix(prefix) else { return name }
        let rest = name.dropFirst(prefix.count)
        // `[driver@graphroot+runroot]` names the same store that the command works with.
        guard rest.first == "[", let end = rest.firstIndex(of: "]") else { return String(rest) }
        let image = rest[rest.index(after: end)...]
        return String(image.first == "@" ? image.dropFirst() : image)
    }
}
