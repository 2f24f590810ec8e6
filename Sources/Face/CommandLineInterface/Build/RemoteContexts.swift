import ContainersConfig
import Glibc
import ImageBuild
import LinuxSystem

/// Checkouts of the git repositories that are contexts of one build.
final class GitContexts {
    private let session: Session
    private var places: [String] = []

    init(_ session: Session) {
        self.session = session
    }

    /// A directory with the files of a repository, and the time of its commit; nil if the text does not name one, or names
    /// an existing file.
    func directory(of text: String) throws -> (path: String, time: FileTime)? {
        guard let reference = try GitReference(text, isContext: true),
            text.contains("://") || !Files.exists(text)
        else { return nil }
        let place = "\(session.environment.value("TMPDIR") ?? "/var/tmp")/swiftlet-context.\(RandomBytes.hex(8))"
        try Files.makeDirectory(place, mode: 0o700)
        places.append(place)
        var environment = BuildInputs.gitEnvironment(session)
        if let agent = session.environment.value("SSH_AUTH_SOCK") { environment.append("SSH_AUTH_SOCK=\(agent)") }
        let repository = GitRepository(reference, environment: environment)
        let tree = "\(place)/tree"
        try repository.checkOut(repository.resolve(), into: tree)
        let time = try repository.commitTime(in: tree)
        if reference.keepsGitDirectory != true { try Files.removeTree("\(tree)/.git") }
        if reference.directory.isEmpty { return (tree, time) }
        // Links of the repository's must not lead out of it.
        let root = try RootedDirectory(opening: tree)
        guard try root.openNoSymlinks(reference.directory, OpenFlags.path).status().kind == .directory else {
            throw CommandError("\(reference.displayName): \(reference.directory) is not a directory of the repository")
        }
        return ("\(tree)/\(reference.directory)", time)
    }

    /// Removes the checkouts.
    func discard() {
        for place in places { try? Files.removeTree(place) }
        places = []
    }
}
