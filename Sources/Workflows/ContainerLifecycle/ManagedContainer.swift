package import ContainerStore
import JSONText
import LinuxSystem

/// A container created by `container run`: a record in the store with a layer of its own, and a file beside it with its
/// definition and state. Podman and Buildah treat it as a container of another tool.
package struct ManagedContainer: Sendable {
    package internal(set) var record: ContainerRecord
    package let definition: ContainerDefinition
    package internal(set) var state: ContainerState

    package var id: String { record.id }
    package var name: String { record.names.first ?? record.id }
    package var isRunning: Bool { state.status == .running }

    /// The file beside a container that marks it as one of these.
    static let stateFile = ContainerOwner.runFile
    /// Locked by the process that runs the container, for as long as it runs.
    static let lockFile = "swiftlet.lock"

    /// The content of the file.
    struct Document: Codable {
        let version: Int
        let definition: ContainerDefinition
        let state: ContainerState
    }
}

extension ManagedContainer {
    /// Looks up a container by id, name, or id prefix.
    ///
    /// - Throws: ``ContainerError``: `notFound`, or `foreign` when it belongs to another tool.
    package init(_ name: String, in store: ContainerStore) throws {
        guard let record = try store.container(name) else {
            throw ContainerError(
                .notFound, "no container with name or ID \"\(name)\" found: no such container")
        }
        guard let found = try ManagedContainer(record, in: store) else {
            throw ContainerError(.foreign, "container \"\(name)\" was created by another tool, not by container run")
        }
        self = found
    }

    /// The container of a record; nil when it belongs to another tool.
    package init?(_ record: ContainerRecord, in store: ContainerStore) throws {
        guard let bytes = try store.file(container: record.id, ManagedContainer.stateFile) else { return nil }
        let document = try ManagedContainer.decoded(bytes, of: record.id)
        self.record = record
        definition = document.definition
        state = document.state
        if isRunning { try recordEndIfDead(in: store) }
    }

    /// All containers, oldest first. Those with an unreadable file are skipped.
    package static func all(in store: ContainerStore) throws -> [ManagedContainer] {
        try store.containers().compactMap { try? ManagedContainer($0, in: store) }
    }

    /// A container that is marked as running but not locked has ended together with the tool that ran it.
    private mutating func recordEndIfDead(in store: ContainerStore) throws {
        let lock = try ManagedContainer.openLock(of: id, in: store)
        guard try lock.tryLockExclusive() else { return }
        // It may have ended and recorded it between the two checks.
        if let bytes = try store.file(container: id, ManagedContainer.stateFile) {
            state = try ManagedContainer.decoded(bytes, of: id).state
        }
        guard isRunning else { return }
        state.status = .exited
        state.process = nil
        state.exitCode = 137
        state.error = "the tool that ran it was killed"
        state.finishedAt = Clock.rfc3339(Clock.now())
        do {
            try save(to: store)
        } catch let error as StoreError where error.isUnwritable {
            // The next one who looks notices it again.
        }
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
