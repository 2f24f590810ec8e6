package import ContainerStore
import Glibc
import ImageLayers
import ImageModel
import JSONText
package import LinuxSystem
import Sandbox

extension WorkingContainer {
    /// Files that `copy --link` has put beside the container: a layer of their own in each image of it, above its
    /// changes. Buildah keeps them in the same place.
    struct LinkedLayer {
        /// The directory with the files.
        let directory: String
        let history: History
    }

    private static let linkedMember = "AppendedLinkedLayers"

    /// The layers in order, lowest first.
    ///
    /// - Throws: ``WorkingContainerError`` for an entry that is not understood.
    func linkedLayers() throws -> [LinkedLayer] {
        try (state[Self.linkedMember]?.array ?? []).map { entry in
            guard let path = entry["BlobPath"]?.string, !path.isEmpty else {
                throw WorkingContainerError(.invalid, "container \(name): a linked layer has no path")
            }
            guard try Files.statusIfPresent(path, followSymlinks: false)?.kind == .directory else {
                throw WorkingContainerError(.unsupported, "container \(name): the linked layer \(path) is no directory")
            }
            let history = try JSONValueDecoder().decode(History.self, from: entry["History"] ?? [:])
            return LinkedLayer(directory: path, history: history)
        }
    }

    /// A new directory for the files of one layer. It is removed with the container.
    package func newLinkedDirectory(in store: ContainerStore) throws -> String {
        let path = "\(try store.containerDirectory(id))/link-stage-\(RandomBytes.hex(8))"
        try Files.makeDirectory(path, mode: 0o755)
        return path
    }

    /// Adds a filled directory as a layer; `save` keeps it.
    ///
    /// - Parameters:
    ///   - created: the time of its newest file, which its directories get, too.
    ///   - place: the path in the container at which files were put.
    package mutating func addLinkedLayer(
        _ directory: String, at place: String, createdBy: String, created: FileTime
    ) throws {
        var path = directory
        for component in place.split(separator: "/") {
            path += "/\(component)"
            guard try Files.statusIfPresent(path)?.kind == .directory else { break }
            try Files.setTimes(at: AT_FDCWD, path, access: created, modification: created)
        }
        let history = History(created: Clock.rfc3339(created), createdBy: createdBy)
        let entry: JSONObject = [
            "History": try JSONValueEncoder().encode(history), "BlobPath": .string(directory),
        ]
        state[Self.linkedMember] = .array((state[Self.linkedMember]?.array ?? []) + [.object(entry)])
    }

    /// The numbers of an owner in the container, as for `--chown`: a lone number is the group's, too.
    package func ownerNumbers(_ text: String, in store: ContainerStore) throws -> String {
        try withFiles(in: store, readOnly: true) { files in
            let reader = try RootFileReader(files)
            let account = try ImageUsers { try reader.read($0) }.resolve(text)
            let isLoneNumber = !text.contains(":") && UInt32(text) != nil
            return "\(account.uid):\(isLoneNumber ? account.uid : account.gid)"
        }
    }
}
