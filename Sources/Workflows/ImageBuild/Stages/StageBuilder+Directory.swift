import ContainerStore
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
        key.add("owners", session.store.isSingleID ? "root alone" : "")
        key.add("time", session.timeKey)
        let time = session.options.created
        key.add("made", time.map { "\($0.seconds)" } ?? "")
        try changeFiles(key, createdBy: createdBy) { root in
            try root.withFiles { files in
                let owner = try self.owner(in: files)
                try WorkingDirectory.make(path, in: files, uid: owner.uid, gid: owner.gid, time: time)
            }
        }
    }

    /// VOLUME: adds to the configuration. Like in Buildah, directories that are missing are created in the next layer;
    /// without another step that makes one, they are not in the image.
    func addVolumes(_ words: [Word], _ instruction: Instruction) throws {
        let paths = try words.map(expand)
        if let empty = zip(words, paths).first(where: { $0.1.isEmpty }) {
            throw session.error(.invalid, at: empty.0.range, "VOLUME specified can not be an empty string")
        }
        var volumes = draft.container.volumes ?? [:]
        for path in paths { volumes[path] = ContainerConfig.Empty() }
        draft.container.volumes = volumes
        newVolumes += paths
        record(instruction)
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
    private func owner(in files: String) throws -> (uid: UInt32, gid: UInt32) {
        guard !draft.container.user.isEmpty, !session.store.isSingleID else { return (0, 0) }
        let reader = try RootFileReader(files)
        let users = ImageUsers { try reader.read($0) }
        guard let account = try? users.resolve(draft.container.user) else { return (0, 0) }
        return (account.uid, account.gid)
    }
}
