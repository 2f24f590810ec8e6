import CommandLineGrammar
import ContainersConfig
import Distribution
import Glibc
import HTTPHeaders
import ImageBuild
import LinuxSystem
import ProgressEvents
import StreamCompression
import WorkingContainers

/// The contexts and Dockerfiles of one build that are not files of this machine: repositories, files of web servers, and
/// standard input. What is fetched exists as long as this value.
final class RemoteContexts {
    /// A context in a directory, a Dockerfile, or both.
    struct Fetched {
        /// The files; nil for none.
        var directory: String?
        /// The Dockerfile that was in place of a context.
        var dockerfile: (name: String, content: [UInt8])?
        /// The time that `SOURCE_DATE_EPOCH=context` stands for, if known.
        var time: FileTime?
        /// Whether the Dockerfiles can only be those in the directory.
        var hasOwnDockerfiles = false
    }

    private let arguments: ParsedArguments
    private let session: Session
    private let agents: KeyAgents
    private var places: [TemporaryDirectory] = []
    private var knownSources: SourceAccess?
    private var knownFiles: WebFiles?

    init(_ arguments: ParsedArguments, _ session: Session, _ agents: KeyAgents) {
        self.arguments = arguments
        self.session = session
        self.agents = agents
    }

    /// Removes what was fetched.
    func discard() { places = [] }

    // MARK: Contexts

    /// What a context's text refers to; nil if that is a directory of this machine, or an existing file.
    ///
    /// - Parameter name: of a context in addition to the main one.
    func context(_ text: String, named name: String? = nil) throws -> Fetched? {
        if text == "-", name == nil {
            let unpacked = try UnpackedContext(
                reading: FileDescriptorSource(fd: STDIN_FILENO), named: "standard input", into: makePlace())
            return Fetched(
                directory: unpacked.directory, dockerfile: unpacked.directory == nil ? ("-", unpacked.file) : nil,
                time: unpacked.time)
        }
        if let reference = try GitReference(text, isContext: true),
            text.range(ofText: "://") != nil || !Files.exists(text)
        {
            return try checkOut(reference, text, keepsGitDirectory: name == nil && keepsGitDirectory)
        }
        if FetchedFile.isAddress(text) { return try download(text, isMain: name == nil) }
        guard let scheme = Self.scheme(of: text) else { return nil }
        let origin = name.map { "--build-context \($0)=" } ?? "context "
        throw CommandError(
            "\(origin)\(AddressRedaction.redacted(text)): the scheme \(scheme):// is not supported: contexts are "
                + "directories, http(s) addresses and git repositories (https://...git, ssh://, git://, git@host:path)"
                + (name == nil ? "" : ", or images (docker-image://, oci-layout://)"))
    }

    /// The scheme of a text of the form `scheme://...`.
    private static func scheme(of text: String) -> String? {
        guard let end = text.range(ofText: "://") else { return nil }
        let scheme = text[..<end.lowerBound]
        return !scheme.isEmpty && !scheme.contains("/") ? String(scheme) : nil
    }

    /// The build argument that BuildKit defines for keeping `.git` in a context.
    private var keepsGitDirectory: Bool {
        let prefix = "BUILDKIT_CONTEXT_KEEP_GIT_DIR="
        let value = arguments.strings("build-arg").last { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
        return ["1", "t", "true"].contains(value?.lowercased())
    }

    private func makePlace() throws -> String {
        try session.enterNamespaces(mounts: true)
        let place = try TemporaryDirectory(in: BuildCommand.temporaryDirectory(session), named: "swiftlet-context-")
        places.append(place)
        return place.path
    }

    // MARK: Repositories

    private func checkOut(_ reference: GitReference, _ text: String, keepsGitDirectory: Bool) throws -> Fetched {
        var reference = reference
        if keepsGitDirectory, reference.keepsGitDirectory == nil { reference.keepsGitDirectory = true }
        let place = try makePlace()
        var sources = try self.sources()
        if !FetchedFile.isAddress(reference.remote) {
            sources.agent = try agents.start()["default"] ?? session.environment.value("SSH_AUTH_SOCK")
        }
        let repository = try sources.repository(reference, from: text)
        let tree = "\(place)/tree"
        try repository.checkOut(repository.resolve(), into: tree)
        let time = try repository.commitTime(in: tree)
        if reference.keepsGitDirectory != true { try GitRepository.removeMetadata(from: tree) }
        var fetched = Fetched(directory: tree, time: time, hasOwnDockerfiles: true)
        if reference.directory.isEmpty { return fetched }
        // Links of the repository's must not lead out of it.
        let root = try RootedDirectory(opening: tree)
        let kind = try? root.openNoSymlinks(reference.directory, OpenFlags.path).status().kind
        guard kind == .directory else {
            throw CommandError("\(reference.displayName): \(reference.directory) is not a directory of the repository")
        }
        fetched.directory = "\(tree)/\(reference.directory)"
        return fetched
    }

    /// The access to sources that the flags give.
    private func sources() throws -> SourceAccess {
        if let knownSources { return knownSources }
        let sources = try BuildInputs.sources(arguments, session)
        knownSources = sources
        return sources
    }

    // MARK: Files of web servers

    /// Fetches files from web servers. Enters the namespaces first: it starts threads.
    func webFiles() throws -> WebFiles {
        if let knownFiles { return knownFiles }
        try session.enterNamespaces(mounts: true)
        let report = ProgressRendering(steps: nil, copies: .error).handler
        let files = WebFiles(try RegistryFlags.access(arguments, session, store: nil), report: report)
        knownFiles = files
        return files
    }

    /// An archive is unpacked. Another file is the Dockerfile of a main context, as in Buildah, and in an additional one
    /// a file with the name `context`, as in BuildKit.
    private func download(_ text: String, isMain: Bool) throws -> Fetched {
        let shown = AddressRedaction.redacted(text)
        let file = try open(text)
        let place = try makePlace()
        let unpacked = try UnpackedContext(reading: file.source, named: shown, into: place)
        let time = file.lastModified.flatMap(WebFiles.time)
        if let directory = unpacked.directory { return Fetched(directory: directory, time: time ?? unpacked.time) }
        let directory = "\(place)/files"
        try Files.makeDirectory(directory, mode: 0o755)
        let name = "\(directory)/\(isMain ? "Dockerfile" : "context")"
        try Files.rename("\(place)/input", name)
        if let time {
            let named = try OwnedFD.open(name, O_RDONLY)
            try Files.setTimes(fd: named.raw, access: time, modification: time)
        }
        return Fetched(directory: directory, dockerfile: isMain ? (shown, unpacked.file) : nil, time: time)
    }

    /// The Dockerfile at a web address (`--file`).
    func dockerfile(at text: String) throws -> (name: String, content: [UInt8]) {
        let shown = AddressRedaction.redacted(text)
        let source = try open(text).source
        var content: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try source.read(into: buffer), count > 0 {
            content += buffer[..<count]
            guard content.count <= ContextFileReader.limit else {
                throw CommandError("\(shown): a Dockerfile must not have more than 16 MiB")
            }
        }
        return (shown, content)
    }

    private func open(_ text: String) throws -> RemoteFile {
        let (address, authorization) = try sources().file(at: text)
        return try webFiles().open(address, authorization: authorization)
    }
}
