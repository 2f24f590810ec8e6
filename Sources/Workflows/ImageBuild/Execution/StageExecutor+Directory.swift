import BuildGraph
import ContainerStore
import ImageModel
import LinuxSystem
import Sandbox
import WorkingContainers

extension StageExecutor {
    /// WORKDIR: creates the directory if it is missing, and only then a layer.
    func make(_ directory: DirectoryOperation, _ node: BuildNode) throws {
        var key = CacheKey("WORKDIR", parent: draft.topLayer)
        directory.add(to: &key)
        key.add("owners", session.store.isSingleID ? "root alone" : "")
        key.add("time", session.timeKey)
        let time = session.options.created
        key.add("made", time.map { "\($0.seconds)" } ?? "")
        let createdBy = "/bin/sh -c #(nop) \(node.step?.text ?? "")"
        try changeFiles(key, createdBy: createdBy, volumes: directory.newVolumes) { root in
            try root.withFiles { files in
                let owner = try self.owner(directory.user, in: files)
                try WorkingDirectory.make(directory.path, in: files, uid: owner.uid, gid: owner.gid, time: time)
            }
        }
    }

    /// Creates the directories of new volumes.
    func makeVolumes(_ paths: [String], in root: WritableRoot) throws {
        guard !paths.isEmpty else { return }
        try root.withFiles { files in
            for path in paths { try self.makeVolume(ContainerPath.absolute(path, from: "/"), in: files) }
        }
    }

    /// Whatever exists at the path is kept, even if it is a file.
    private func makeVolume(_ path: String, in files: String) throws {
        let relative = path.split(separator: "/").joined(separator: "/")
        guard !relative.isEmpty else { return }
        do throws(LinuxError) {
            _ = try RootedDirectory(opening: files).handle(at: relative)
            return
        } catch {
            guard error.isMissing else { throw error }
        }
        try WorkingDirectory.make("/" + relative, in: files, uid: 0, gid: 0)
    }

    /// The ids of the stage's user, whose commands should be able to write to the directory. A user unknown to the
    /// image is an error only for the first command.
    private func owner(_ user: String, in files: String) throws -> (uid: UInt32, gid: UInt32) {
        guard !user.isEmpty, !session.store.isSingleID else { return (0, 0) }
        let reader = try RootFileReader(files)
        let users = ImageUsers { try reader.read($0) }
        guard let account = try? users.resolve(user) else { return (0, 0) }
        return (account.uid, account.gid)
    }
}
