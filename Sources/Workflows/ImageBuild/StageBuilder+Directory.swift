import DockerfileSyntax
import ImageModel
import LinuxSystem
import Sandbox
import WorkingContainers

extension StageBuilder {
    /// The base directory of commands and relative destinations.
    var workingDirectory: String {
        let directory = draft.container.workingDir
        return directory.isEmpty ? "/" : directory
    }

    /// An absolute path in the container without `.` and `..`; a trailing slash is kept.
    func absolute(_ path: String) -> String {
        ContainerPath.absolute(path, from: workingDirectory)
    }

    /// WORKDIR: creates the directory if it is missing, and only then a layer.
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

    /// The ids of the stage's user, whose commands should be able to write to the directory. A user unknown to the
    /// image is an error only for the first command.
    private func owner(in files: String) throws -> (uid: UInt32, gid: UInt32) {
        guard !draft.container.user.isEmpty else { return (0, 0) }
        let reader = try RootFileReader(files)
        let users = ImageUsers { try reader.read($0) }
        guard let account = try? users.resolve(draft.container.user) else { return (0, 0) }
        return (account.uid, account.gid)
    }
}
