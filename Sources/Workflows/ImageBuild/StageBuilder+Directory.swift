import DockerfileSyntax
import ImageModel
import LinuxSystem
import Sandbox
import WorkingContainers

extension StageBuilder {
    /// The directory that commands and relative destinations begin in.
    var workingDirectory: String {
        let directory = draft.container.workingDir
        return directory.isEmpty ? "/" : directory
    }

    /// A path of the container, absolute and without `.` and `..`; a slash at the end stays.
    func absolute(_ path: String) -> String {
        ContainerPath.absolute(path, from: workingDirectory)
    }

    /// WORKDIR: the directory is made where it is missing, and only then is there a layer.
    func changeDirectory(_ word: Word, _ instruction: Instruction) throws {
        let expanded = try expand(word)
        guard !expanded.isEmpty else { throw session.error(.invalid, at: word.range, "WORKDIR needs a path") }
        var path = absolute(expanded)
        if path.count > 1, path.hasSuffix("/") { path.removeLast() }
        draft.container.workingDir = path
        let createdBy = "/bin/sh -c #(nop) \(instruction.text)"
        guard path != "/" else { return record(instruction) }
        var key = CacheKey("WORKDIR", parent: draft.topLayer)
        key.add("path", path)
        key.add("user", draft.container.user)
        try changeFiles(key, createdBy: createdBy) { root in
            try root.withFiles { files in
                let owner = try self.owner(in: files)
                try WorkingDirectory.make(path, in: files, uid: owner.uid, gid: owner.gid)
            }
        }
    }

    /// The ids of the stage's user, whose commands are to be able to write where they work. A user that the image does
    /// not know is left for the first command to complain about.
    private func owner(in files: String) throws -> (uid: UInt32, gid: UInt32) {
        guard !draft.container.user.isEmpty else { return (0, 0) }
        let reader = try RootFileReader(files)
        let users = ImageUsers { try reader.read($0) }
        guard let account = try? users.resolve(draft.container.user) else { return (0, 0) }
        return (account.uid, account.gid)
    }
}
