import BuildGraph
import ContainerStore
import Glibc
import LinuxSystem
import WorkingContainers

/// A git repository as a source of ADD.
final class GitSource: RemoteSource {
    private let reference: GitReference
    private let repository: GitRepository
    private let target: GitRepository.Target
    private let excludes: [String]
    private let store: ContainerStore
    private var staging: StagingLayer?
    private(set) var fileTime: FileTime?

    /// Asks the repository for the commit.
    ///
    /// - Parameter excludes: the patterns of `--exclude`.
    init(
        _ reference: GitReference, in repository: GitRepository, excluding excludes: [String], store: ContainerStore
    ) throws {
        self.reference = reference
        self.excludes = excludes
        self.store = store
        self.repository = repository
        target = try repository.resolve()
    }

    /// The object that is checked out.
    var commit: String { target.id }

    /// A commit's id is a digest of its files; `.git` also tells where they come from, and by which name.
    var identity: [String] { Self.identity(of: reference, target) + excludes }

    static func identity(of reference: GitReference, _ target: GitRepository.Target) -> [String] {
        let keeps = reference.keepsGitDirectory == true
        return [
            "git", target.id, reference.directory, keeps ? reference.displayName : "",
            reference.fetchesSubmodules ? "submodules" : "", reference.usesCommitTime ? "commit time" : "",
        ] + (keeps ? [target.name ?? ""] : [])
    }

    func selection() throws -> CopySelection {
        let staging = try store.newStagingLayer(parent: nil)
        self.staging = staging
        let tree = "\(staging.contentDirectory)/tree"
        try repository.checkOut(target, into: tree)
        if reference.usesCommitTime { fileTime = try repository.commitTime(in: tree) }
        return try BuildContext.select(
            ["."], from: Self.directory(of: reference, in: tree), ignored: nil,
            excluding: excludes + (reference.keepsGitDirectory == true ? [] : ["**/.git"]))
    }

    /// The requested directory of a checkout, which the repository's links cannot lead out of.
    static func directory(of reference: GitReference, in tree: String) throws -> NamedDirectory {
        guard !reference.directory.isEmpty else { return try NamedDirectory(trusting: tree) }
        let name = "\(reference.displayName):\(reference.directory)"
        do throws(LinuxError) {
            let root = try RootedDirectory(opening: tree)
            let opened = try root.openNoSymlinks(reference.directory, OpenFlags.path)
            guard try opened.status().kind == .directory else { throw LinuxError("open", name, code: ENOTDIR) }
            return NamedDirectory(path: name, handle: PathHandle(adopting: opened))
        } catch {
            throw BuildError(.notFound, "\(name): not a directory of the repository: \(error)")
        }
    }

    func discard() { staging?.discard() }
}
