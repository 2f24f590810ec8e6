import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import JSONText

/// A volume in Podman's format.
enum VolumeDescription {
    static func value(_ volume: Volume) -> JSONObject {
        [
            "Name": .string(volume.name), "Driver": "local", "Mountpoint": .string(volume.mountPoint),
            "CreatedAt": .string(volume.created),
            "Labels": .object(
                JSONObject(volume.labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            "Scope": "local", "Options": [:], "MountCount": 0, "NeedsCopyUp": true, "NeedsChown": true,
            "LockNumber": 0, "Anonymous": .bool(volume.isAnonymous),
        ]
    }
}

/// The volumes that a command is about.
enum VolumeTargets {
    static func names(_ arguments: ParsedArguments, _ volumes: VolumeStore) throws -> [String] {
        let all = arguments.bool("all")
        guard all || !arguments.positionals.isEmpty else {
            throw CommandError("you must provide at least one volume name or use --all")
        }
        guard !all || arguments.positionals.isEmpty else {
            throw CommandError("choose either one or more volume names, or the --all flag, not both")
        }
        return all ? try volumes.all().map(\.name) : arguments.positionals
    }
}

/// The conditions of `--filter` for volumes: those with the same key are alternatives, except labels.
struct VolumeFilter {
    private var conditions: [String: [(key: String, value: String)]] = [:]
    private let store: ContainerStore

    init(_ texts: [String], _ store: ContainerStore) throws {
        self.store = store
        for text in texts {
            let (key, value) = KeyValueFlag.split(text)
            guard ["name", "label", "label!", "driver", "dangling"].contains(key), let value else {
                throw CommandError("\"\(text)\" is an invalid volume filter")
            }
            let isLabel = key.hasPrefix("label")
            conditions[isLabel ? "\(key) \(value)" : key, default: []].append((key, value))
        }
    }

    func matches(_ volume: Volume) throws -> Bool {
        try conditions.values.allSatisfy { alternatives in
            try alternatives.contains { try matches(volume, $0.key, $0.value) }
        }
    }

    private func matches(_ volume: Volume, _ key: String, _ value: String) throws -> Bool {
        switch key {
        case "name": return volume.name.contains(value)
        case "driver": return value == "local"
        case "dangling":
            return try VolumeStore(store).users(of: volume, in: store).isEmpty == (value == "true" || value == "1")
        default:
            let (name, wanted) = KeyValueFlag.split(value)
            let fits = volume.labels[name].map { wanted == nil || wanted == $0 } ?? false
            return key == "label" ? fits : !fits
        }
    }
}
