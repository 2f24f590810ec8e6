package import ContainerStore
import Glibc
import JSONText
import LinuxSystem

/// A named volume.
package struct Volume: Sendable, Equatable {
    package let name: String
    /// The directory of its files.
    package let mountPoint: String
    /// RFC 3339; when its directory was made, for volumes of other tools.
    package let created: String
    package let labels: [String: String]
    /// Whether it was made for a container without a name of the user's.
    package let isAnonymous: Bool
}

/// The named volumes of a store, where Podman has them: `volumes/NAME/_data` below the graph root.
///
/// Podman lists a volume from its own database, which only Podman writes; `podman volume create NAME` adds one that is
/// already there, with its files. Volumes of Podman are seen here without their labels.
package struct VolumeStore: Sendable {
    private let directory: String
    /// Beside a volume's files: what was requested at its creation.
    private static let record = "swiftlet.json"

    package init(_ store: ContainerStore) { directory = "\(store.layout.graphRoot)/volumes" }

    /// All volumes, by name.
    package func all() throws -> [Volume] {
        guard Files.exists(directory) else { return [] }
        let names = try Files.entries(ofDirectory: directory).map(\.text).filter(ContainerNames.isValid)
        return try names.sorted().compactMap { try volume($0) }
    }

    /// The volume of this name; nil if there is none.
    package func volume(_ name: String) throws -> Volume? {
        guard ContainerNames.isValid(name) else { return nil }
        let place = "\(directory)/\(name)"
        guard let status = try Files.statusIfPresent("\(place)/_data"), status.kind == .directory else { return nil }
        let bytes = try Files.readFileIfPresent("\(place)/\(Self.record)", limit: 1 << 20)
        let record = bytes.flatMap { try? JSONValue(parsing: $0) }
        var labels: [String: String] = [:]
        if case .object(let object)? = record?["labels"] {
            for (key, value) in object { labels[key] = value.string ?? "" }
        }
        return Volume(
            name: name, mountPoint: "\(place)/_data",
            created: record?["created"]?.string ?? Clock.rfc3339(status.modification), labels: labels,
            isAnonymous: record?["anonymous"] == .bool(true))
    }

    /// The volume that a name or the beginning of one means.
    ///
    /// - Throws: ``ContainerError`` with `notFound`, or `invalid` when several begin so.
    package func find(_ name: String) throws -> Volume {
        if let volume = try volume(name) { return volume }
        let fitting = try all().filter { !name.isEmpty && $0.name.hasPrefix(name) }
        guard fitting.count <= 1 else {
            throw ContainerError(.invalid, "more than one result for volume name \(name): volume already exists")
        }
        guard let found = fitting.first else {
            throw ContainerError(.notFound, "no volume with name \"\(name)\" found: no such volume")
        }
        return found
    }

    /// Creates a volume.
    ///
    /// - Throws: ``ContainerError`` with `inUse` when there is one of this name.
    @discardableResult
    package func create(
        _ name: String, labels: [String: String] = [:], isAnonymous: Bool = false
    ) throws -> Volume {
        guard ContainerNames.isValid(name) else {
            throw ContainerError(
                .invalid, "running volume create option: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: \"\(name)\"")
        }
        try Files.makeDirectories(directory, mode: 0o700)
        let draft = "\(directory)/.\(RandomBytes.hex(8))"
        let record: JSONValue = [
            "created": .string(Clock.rfc3339(Clock.now())),
            "labels": .object(JSONObject(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            "anonymous": .bool(isAnonymous),
        ]
        do throws(LinuxError) {
            try Files.makeDirectory(draft, mode: 0o755)
            try Files.makeDirectory("\(draft)/_data", mode: 0o755)
            try Files.replaceFile("\(draft)/\(Self.record)", with: record.serialized(), mode: 0o600, synchronize: false)
            try Files.renameNew(draft, "\(directory)/\(name)")
        } catch {
            try? Files.removeTree(draft)
            guard error.code == EEXIST else { throw error }
            throw ContainerError(.inUse, "volume with name \(name) already exists: volume already exists")
        }
        guard let made = try volume(name) else {
            throw ContainerError(.notFound, "volume \(name) was removed while it was created")
        }
        return made
    }

    /// Removes a volume with its files.
    package func remove(_ volume: Volume) throws {
        let draft = "\(directory)/.\(RandomBytes.hex(8))"
        try Files.rename("\(directory)/\(volume.name)", draft)
        try Files.removeTree(draft)
    }

    /// The containers that use a volume.
    package func users(of volume: Volume, in store: ContainerStore) throws -> [ManagedContainer] {
        try ManagedContainer.all(in: store).filter { container in
            container.definition.mounts.contains { $0.type == "volume" && $0.source == volume.name }
        }
    }
}
