import CommandLineGrammar
import ContainerStore
import ContentDigest
import DockerfileSyntax
import ImageBuild
import ImageModel
import LinuxSystem
import WorkingContainers

/// `copy`: copies files into a working container.
enum CopyCommand: Command {
    static let grammar = CommandGrammar(
        "copy", summary: "Copy content into the container", usage: "copy [options] CONTAINER SOURCE... [DESTINATION]",
        flags: ContentCopy.flags + RegistryFlags.standard, flagsFirst: true)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        try ContentCopy(arguments, session, isAdd: false).run()
    }
}

/// `add`: like `copy`, but unpacks local archives.
enum AddCommand: Command {
    static let grammar = CommandGrammar(
        "add", summary: "Add content to the container", usage: "add [options] CONTAINER SOURCE... [DESTINATION]",
        flags: ContentCopy.flags + RegistryFlags.standard, flagsFirst: true)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        try ContentCopy(arguments, session, isAdd: true).run()
    }
}

/// Shared by `copy` and `add`.
struct ContentCopy {
    static let flags: [Flag] = [
        SharedFlags.addHistory,
        .string("chmod", help: "set the access permissions of the destination content"),
        .string("chown", "user[:group]", help: "set the user and group ownership of the destination content"),
        .string("contextdir", "directory", help: "context directory path"),
        Flag("exclude", .stringArray, help: "exclude pattern when copying files"),
        .string(
            "from", "container|image",
            help: "use the specified container's or image's root directory as the source root directory"),
        .string("ignorefile", "file", help: "path to .containerignore file"),
        .bool("parents", help: "preserve leading directories in the paths of items being copied"),
        .bool("quiet", short: "q", help: "don't output a digest of the newly-added/copied content"),
        .bool("link", help: "make an independent layer, which is above the container's changes in its images"),
        .bool("allow-wildcard", default: true, help: "allow glob patterns in source paths"),
        .bool("allow-empty-wildcard", help: "don't fail if glob patterns match nothing"),
        .bool("no-follow-symlinks", help: "copy a source that is a symbolic link as a link"),
        SignaturePolicyFlag.flag, EncryptionFlags.decrypting,
        .string("checksum", "digest", help: "expected digest of the content at a URL"),
        Flag("timestamp", .int, help: "set the modification time of copied files to seconds after the epoch"),
    ]

    private let arguments: ParsedArguments
    private let session: Session
    private let isAdd: Bool
    private let sources: [String]
    private let destination: String?

    init(_ arguments: ParsedArguments, _ session: Session, isAdd: Bool) throws {
        self.arguments = arguments
        self.session = session
        self.isAdd = isAdd
        let words = arguments.positionals
        guard let container = words.first else { throw CommandError("container ID must be specified") }
        guard words.count > 1 else { throw CommandError("src must be specified") }
        _ = container
        // With a single source the destination is the working directory.
        destination = words.count > 2 ? words.last : nil
        sources = words.count > 2 ? Array(words[1..<(words.count - 1)]) : [words[1]]
        for source in sources where source.contains("://") && !FetchedFile.isAddress(source) {
            throw CommandError("copying from \(source): only http and https URLs are supported")
        }
        if arguments.wasSet("checksum"), !sources.contains(where: FetchedFile.isAddress) {
            throw CommandError("checksum flag is not supported for local sources")
        }
        if arguments.string("from") != nil, let address = sources.first(where: FetchedFile.isAddress) {
            throw CommandError("--from accepts paths, not the URL \(address)")
        }
        if arguments.wasSet("ignorefile"), !arguments.wasSet("contextdir") {
            throw CommandError("--ignorefile option requires that you specify a context dir using --contextdir")
        }
        if !arguments.bool("allow-wildcard"), let pattern = localSources.first(where: isPattern) {
            throw CommandError("copier: stat: \(pattern.goQuoted): wildcards are not allowed")
        }
    }

    private func isPattern(_ source: String) -> Bool { source.contains { "*?[".contains($0) } }

    /// Whether all that is to be copied are patterns that may match nothing.
    private var mayCopyNothing: Bool {
        arguments.bool("allow-empty-wildcard") && sources.allSatisfy { !FetchedFile.isAddress($0) && isPattern($0) }
    }

    func run() throws -> Int32 {
        let store = try session.openStore(mounts: true)
        var container = try WorkingContainer(arguments.positionals[0], in: store)
        let request = try request(store)
        let place = container.absolutePath(destination ?? "./")
        let linked = try arguments.bool("link") ? LinkedFiles(container.newLinkedDirectory(in: store)) : nil
        var keepsLinked = false
        defer { if let linked, !keepsLinked { try? Files.removeTree(linked.directory) } }
        var digests: [CopyDigest] = []
        if !localSources.isEmpty {
            do {
                digests.append(
                    try withOrigin(store) { try copyLocal($0, request, to: place, of: container, linked, store) })
            } catch let error as WorkingContainerError where error.code == .noSuchSource && mayCopyNothing {
                return 0
            }
        }
        for address in sources where FetchedFile.isAddress(address) {
            digests.append(try copyRemote(address, request, to: place, of: container, linked, store))
        }
        let digest = CopyDigest(joining: digests)
        if !arguments.bool("quiet") { session.printLine(digest.digest.hex) }
        let kind = digest.kind.isEmpty ? "" : "\(digest.kind):"
        let verb = isAdd ? "ADD" : "COPY"
        if let linked {
            let created = request.fileTime ?? linked.newest
            try container.addLinkedLayer(
                linked.directory, at: place,
                createdBy: "/bin/sh -c #(nop) \(verb) --link \(kind)\(digest.digest.hex) in \(destination ?? "./") ",
                created: created)
            try container.save(to: store)
            keepsLinked = true
        } else if arguments.bool("add-history") {
            container.note("/bin/sh -c #(nop) \(verb) \(kind)\(digest.digest.hex)")
            try container.save(to: store)
        }
        return 0
    }

    private func copyLocal(
        _ origin: Origin, _ request: CopyStep.Request, to place: String, of container: WorkingContainer,
        _ linked: LinkedFiles?, _ store: ContainerStore
    ) throws -> CopyDigest {
        let selection = try BuildContext.select(
            origin.sources, from: origin.root, ignored: try ignored(), excluding: arguments.strings("exclude"),
            keepingParents: arguments.bool("parents"), followsLinks: !arguments.bool("no-follow-symlinks"))
        var request = request
        request.keepsOwners = origin.keepsOwners
        return try copy(selection, request, to: place, of: container, linked, store)
    }

    private func copy(
        _ selection: CopySelection, _ request: CopyStep.Request, to place: String, of container: WorkingContainer,
        _ linked: LinkedFiles?, _ store: ContainerStore
    ) throws -> CopyDigest {
        func copy(_ request: CopyStep.Request, into files: String) throws -> CopyDigest {
            let step = CopyStep(request, selection, to: place, in: files)
            let digest = try step.digest()
            try step.run()
            return digest
        }
        guard let linked else { return try container.withFiles(in: store) { try copy(request, into: $0) } }
        var request = request
        // The directory has no accounts.
        request.owner = try request.owner.map { try container.ownerNumbers($0, in: store) }
        linked.note(selection)
        return try copy(request, into: linked.directory)
    }

    /// Files from web servers are never unpacked.
    private func copyRemote(
        _ address: String, _ request: CopyStep.Request, to place: String, of container: WorkingContainer,
        _ linked: LinkedFiles?, _ store: ContainerStore
    ) throws -> CopyDigest {
        let rendering = ProgressRendering(steps: nil, copies: .error)
        let web = WebFiles(try RegistryFlags.access(arguments, session, store: store), report: rendering.handler)
        let checksum = try arguments.string("checksum").map { try Digest(parsing: $0) }
        guard let file = try FetchedFile(RemoteFileRequest(address, checksum: checksum), by: web, in: store) else {
            throw CommandError("\(address): the server sent no file")
        }
        defer { file.discard() }
        var request = request
        request.unpacks = false
        request.isFetched = true
        let selection = try CopySelection(onlyFile: file.name, in: file.directory)
        return try copy(selection, request, to: place, of: container, linked, store)
    }

    private func request(_ store: ContainerStore) throws -> CopyStep.Request {
        var request = CopyStep.Request(sourceCount: sources.count)
        request.owner = arguments.string("chown")
        request.keepsParents = arguments.bool("parents")
        request.unpacks = isAdd
        request.ignoresUnmappedOwners = store.isSingleID
        request.makesDevices = !store.isRootless
        request.collision = .mergeOrReplace
        if arguments.wasSet("timestamp"), let seconds = arguments.int("timestamp") {
            request.fileTime = FileTime(seconds: Int64(seconds))
        }
        if let text = arguments.string("chmod") {
            guard let mode = ModeChange(text) else {
                throw CommandError(
                    "parsing chmod \"\(text)\": expected an octal mode such as 0755, or changes such as u=rwX,go=rX")
            }
            request.mode = mode
            request.isModeOfParents = false
        }
        return request
    }

    // MARK: Sources

    private var localSources: [String] { sources.filter { !FetchedFile.isAddress($0) } }

    /// The location of sources.
    private struct Origin {
        let root: String
        let sources: [String]
        let keepsOwners: Bool
    }

    /// Calls `body` with the sources: from the host, a container or an image.
    private func withOrigin<T>(_ store: ContainerStore, _ body: (Origin) throws -> T) throws -> T {
        guard let from = arguments.string("from") else {
            if let context = arguments.string("contextdir") {
                let root = try HostPath.real(context)
                // Sources may be relative to the context, or be prefixed with the context's path.
                let inside = localSources.map { source in
                    source == root || source.hasPrefix(root + "/") ? "/" + source.dropFirst(root.count) : source
                }
                return try body(Origin(root: root, sources: inside, keepsOwners: false))
            }
            let directory = try HostPath.real(".")
            // The working directory is no pivot of --parents.
            let absolute = localSources.map { source in
                source.hasPrefix("/")
                    ? source : "\(directory)/\(source.hasPrefix("./") ? source.dropFirst(2) : source[...])"
            }
            return try body(Origin(root: "/", sources: absolute, keepsOwners: false))
        }
        if let record = try store.containerRatherThanImage(from) {
            let container = try WorkingContainer(record.id, in: store)
            return try container.withFiles(in: store, readOnly: true) { files in
                try body(Origin(root: files, sources: sources, keepsOwners: true))
            }
        }
        let rendering = ProgressRendering(steps: nil, copies: .error)
        let images = try StoreImages(store, arguments, session, report: rendering.handler)
        let image = try images.baseImage(from, policy: .missing, platform: nil)
        let root = try ReadOnlyRoot(of: image.record.topLayer, in: store)
        defer { root.close() }
        return try body(Origin(root: root.path, sources: sources, keepsOwners: true))
    }

    /// The patterns in the context's ignore file.
    private func ignored() throws -> IgnorePatterns? {
        guard arguments.string("from") == nil, let context = arguments.string("contextdir") else { return nil }
        let reader = try ContextFileReader(context: context)
        let files =
            arguments.string("ignorefile").map { [$0] } ?? ["\(context)/.containerignore", "\(context)/.dockerignore"]
        for file in files {
            if let bytes = try reader.read(file) { return try IgnorePatterns(parsing: bytes, file: file) }
        }
        if let file = arguments.string("ignorefile") { throw CommandError("cannot read \(file): no such file") }
        return nil
    }
}

/// The files of `--link`.
private final class LinkedFiles {
    let directory: String
    /// The time of the newest source that is no directory; 0 without one.
    private(set) var newest = FileTime(seconds: 0)

    init(_ directory: String) {
        self.directory = directory
    }

    func note(_ selection: CopySelection) {
        for item in selection.items {
            for status in [item.status] + item.descendants.map(\.status) where status.kind != .directory {
                newest = FileTime(seconds: max(newest.seconds, status.modification.seconds))
            }
        }
    }
}

/// Resolves paths on the host.
enum HostPath {
    /// The path without symbolic links; it must exist.
    static func real(_ path: String) throws -> String { try Files.realPath(path) }

    /// The path from the root, without `.` and `..`, by its text alone.
    static func absolute(_ path: String) throws -> String {
        let whole = path.hasPrefix("/") ? path : "\(try real("."))/\(path)"
        var parts: [Substring] = []
        for part in whole.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
