package import ContainerStore
import JSONText
import LinuxSystem

/// A container that runs an image, or ran it: a record in the store with a layer of its own, and beside it a file that
/// says what it is and what became of it. Podman and Buildah see it as a container of some other tool.
package struct ManagedContainer: Sendable {
    package internal(set) var record: ContainerRecord
    package let definition: ContainerDefinition
    package internal(set) var state: ContainerState

    package var id: String { record.id }
    package var name: String { record.names.first ?? record.id }
    package var isRunning: Bool { state.status == .running }

    /// The file beside a container that makes it one of these.
    static let stateFile = "swiftlet.json"
    /// Locked by whoever runs the container, for as long as it runs.
    static let lockFile = "swiftlet.lock"

    /// What the file holds.
    struct Document: Codable {
        let version: Int
        let definition: ContainerDefinition
        let state: ContainerState
    }
}

extension ManagedContainer {
    /// The container with this id or name, or the beginning of an id.
    ///
    /// - Throws: ``ContainerError``: `notFound` where there is none, `foreign` where it is another tool's.
    package init(_ name: String, in store: ContainerStore) throws {
        guard let record = try store.container(name) else {
            throw ContainerError(
                .notFound, "no container with name or ID \"\(name)\" found: no such container")
        }
        guard let found = try ManagedContainer(record, in: store) else {
            throw ContainerError(.foreign, "container \"\(name)\" was not made by container run, but by another tool")
        }
        self = found
    }

    /// The container of a record; nil where it is another tool's.
    package init?(_ record: ContainerRecord, in store: ContainerStore) throws {
        guard let bytes = try store.file(container: record.id, ManagedContainer.stateFile) else { return nil }
        let document = try ManagedContainer.decoded(bytes, of: record.id)
        self.record = record
        definition = document.definition
        state = document.state
        if isRunning { try noticeEnd(in: store) }
    }

    /// All of them, the oldest first. One whose file cannot be read is left out.
    package static func all(in store: ContainerStore) throws -> [ManagedContainer] {
        try store.containers().compactMap { try? ManagedContainer($0, in: store) }
    }

    /// A container that runs by its file but that nobody holds has ended with the tool that ran it.
    private mutating func noticeEnd(in store: ContainerStore) throws {
        let lock = try ManagedContainer.openLock(of: id, in: store)
        guard try lock.tryLockExclusive() else { return }
        // It may have ended and said so between the two looks.
        if let bytes = try store.file(container: id, ManagedContainer.stateFile) {
            state = try ManagedContainer.decoded(bytes, of: id).state
        }
        guard isRunning else { return }
        state.status = .exited
        state.process = nil
        state.exitCode = 137
        state.error = "the tool that ran it was killed"
        state.finishedAt = Clock.rfc3339(Clock.now())
        try save(to: store)
    }

    private static func decoded(_ bytes: [UInt8], of id: String) throws -> Document {
        do {
            return try JSONValueDecoder().decode(Document.self, from: JSONValue(parsing: bytes))
        } catch {
            throw ContainerError(.invalid, "container \(id): \(stateFile): \(error)")
        }
    }

    static func openLock(of id: String, in store: ContainerStore) throws -> FileLock {
        try FileLock(opening: "\(store.containerDirectory(id))/\(lockFile)")
    }

    static func encoded(_ definition: ContainerDefinition, _ state: ContainerState) throws -> [UInt8] {
        try JSONValueEncoder().encode(Document(version: 1, definition: definition, state: state)).serialized()
    }

    func save(to store: ContainerStore) throws {
        try store.setFile(
            container: id, ManagedContainer.stateFile, ManagedContainer.encoded(definition, state))
    }
}
