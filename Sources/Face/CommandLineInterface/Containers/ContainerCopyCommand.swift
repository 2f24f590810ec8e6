import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import ImageBuild
import LinuxSystem
import WorkingContainers

/// `container cp`: copies files between containers, which must not be running, and the host.
enum ContainerCopyCommand: Command {
    static let grammar = CommandGrammar(
        "cp", summary: "Copy files/folders between a container and the local filesystem",
        usage: "cp [options] [CONTAINER:]SRC_PATH [CONTAINER:]DEST_PATH",
        flags: [
            .bool(
                "archive", short: "a", default: true,
                help: "set the owner of files in the container to the container's user, otherwise root"),
            .refused("overwrite", "directories and files never replace each other"),
            .refused("pause", "containers cannot be paused"),
        ], arguments: .exactly(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let source = try CopyLocation(arguments.positionals[0])
        let destination = try CopyLocation(arguments.positionals[1])
        guard source.container != nil || destination.container != nil else {
            throw CommandError("either the source or the destination must be in a container (CONTAINER:PATH)")
        }
        let store = try session.openStore(mounts: true)
        try source.withRoot(in: store) { sourceRoot, sourcePath, _ in
            try destination.asDestination().withRoot(in: store) { root, path, container in
                var request = CopyStep.Request(sourceCount: 1)
                // What an earlier copy has left there may be links of a stranger's.
                request.collision = container != nil ? .mergeOrReplace : .refuse
                if arguments.bool("archive"), let user = container?.definition.user, !user.isEmpty {
                    request.owner = user
                }
                request.ignoresUnmappedOwners = store.isSingleID
                try copy(from: sourceRoot, sourcePath, to: root, path, request)
            }
        }
        return 0
    }

    private static func copy(
        from sourceRoot: String, _ source: String, to root: String, _ destination: String, _ request: CopyStep.Request
    ) throws {
        let onlyContents = source.hasSuffix("/.") || source == "/"
        guard let kind = try CopyLocation.kind(of: source, in: sourceRoot) else {
            throw CommandError("\"\(source)\" could not be found: no such file or directory")
        }
        let existing = try CopyLocation.kind(of: destination, in: root)
        let parent = destination.split(separator: "/").dropLast().joined(separator: "/")
        if existing == nil {
            guard try CopyLocation.kind(of: parent, in: root) == .directory,
                kind == .directory || !destination.hasSuffix("/")
            else { throw CommandError("\"\(destination)\" could not be found: no such file or directory") }
        }
        if kind == .directory, let existing, existing != .directory {
            throw CommandError("cannot copy a directory to the file \"\(destination)\"")
        }
        var target = destination
        if existing == .directory, !onlyContents, let name = source.split(separator: "/").last {
            target += "/\(name)"
        }
        if kind == .directory { target += "/" }
        let pattern = source.reduce(into: "") { pattern, character in
            if "*?[\\".contains(character) { pattern.append("\\") }
            pattern.append(character)
        }
        let selection = try BuildContext.select([pattern], from: sourceRoot, ignored: nil, excluding: [])
        try CopyStep(request, selection, to: target, in: root).run()
    }
}

/// A path on the host, or in a container.
private struct CopyLocation {
    let container: String?
    let path: String
    /// On the host: the directory that the path counts from and does not leave.
    private var root = "/"

    private init(container: String?, path: String, root: String) {
        self.container = container
        self.path = path
        self.root = root
    }

    init(_ text: String) throws {
        guard text != "-" else {
            throw CommandError("archives through pipes are not supported by cp: use export")
        }
        if !text.hasPrefix("/"), !text.hasPrefix("."), let colon = text.firstIndex(of: ":") {
            container = String(text[..<colon])
            path = String(text[text.index(after: colon)...])
        } else {
            container = nil
            path = text
        }
        guard !path.isEmpty, container != "" else { throw CommandError("invalid location \"\(text)\"") }
    }

    /// The same place to copy to: on the host, the directory that the user names is a root, which nothing that lies in
    /// it leads out of.
    func asDestination() throws -> CopyLocation {
        guard container == nil else { return self }
        if try Files.statusIfPresent(path, followSymlinks: true)?.kind == .directory {
            return CopyLocation(container: nil, path: "/", root: try HostPath.real(path))
        }
        let parts = path.split(separator: "/")
        guard let name = parts.last, name != ".", name != "..",
            let parent = try? HostPath.real(
                (path.hasPrefix("/") ? "/" : "./") + parts.dropLast().joined(separator: "/"))
        else { throw CommandError("\"\(path)\" could not be found: no such file or directory") }
        return CopyLocation(container: nil, path: "/\(name)" + (path.hasSuffix("/") ? "/" : ""), root: parent)
    }

    /// Calls `body` with the root directory that contains the path, and the path relative to it.
    func withRoot(in store: ContainerStore, _ body: (String, String, ManagedContainer?) throws -> Void) throws {
        guard let name = container else {
            let absolute = path.hasPrefix("/") ? path : "\(try HostPath.real("."))/\(path)"
            return try body(root, absolute, nil)
        }
        let found = try ManagedContainer(name, in: store)
        guard !found.isRunning else {
            throw CommandError("container \(found.id) is running: its files are in use, use a volume instead")
        }
        let absolute = path.hasPrefix("/") ? path : "\(found.definition.workingDirectory)/\(path)"
        try found.withFiles(in: store) { try body($0, absolute, found) }
    }

    /// The type of the file, following links inside the root; nil if it is missing.
    static func kind(of path: String, in root: String) throws -> FileKind? {
        let relative = path.split(separator: "/").joined(separator: "/")
        let directory = try RootedDirectory(opening: root)
        do throws(LinuxError) {
            return try directory.open(relative.isEmpty ? "." : relative, OpenFlags.path).status().kind
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }
}
