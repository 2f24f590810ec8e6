import DockerfileSyntax
import ImageModel
import LinuxSystem
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
        try changeFiles(key, createdBy: createdBy) { root in
            try root.withFiles { files in
                let directory = try RootedDirectory(opening: files)
                _ = try directory.makeDirectories(String(path.dropFirst()), mode: 0o755, uid: 0, gid: 0)
            }
        }
    }
}
