import CommandLineGrammar
import ContainerStore
import ContentDigest
import Distribution
import Glibc
import ImageCopy
import ImageModel
import ImageTransports
import LinuxSystem
import StreamCompression

/// `artifact pull`: fetches an artifact from a registry into the store.
enum ArtifactPullCommand: Command {
    static let grammar = CommandGrammar(
        "pull", summary: "Pull an OCI artifact", usage: "pull [options] ARTIFACT",
        flags: [
            .bool("quiet", short: "q", help: "suppress output information when pulling"),
            .refused("decryption-key", "encryption is not supported"), SignaturePolicyFlag.flag, ProgressFlag.flag,
        ] + RegistryFlags.standard, arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let name = try ArtifactStore.name(arguments.positionals[0])
        var options = CopyOptions(.all)
        options.admission = try SignaturePolicyFlag.admission(arguments, session)
        options.layers = .unchanged
        options.removesSignatures = true
        let store = try session.openStore()
        let registries = try RegistryFlags.access(arguments, session, store: store)
        let rendering = try ProgressFlag.rendering(arguments, .output)
        let report = RetriedCopy.reportingStartsOnce(rendering.handler)
        let written = try ArtifactStore(graphRoot: store.layout.graphRoot).receive(name) { destination in
            try registries.options.retry.run {
                let source = try DockerSource(name, access: registries)
                defer { source.finish() }
                guard try source.manifest(nil).mediaType == .ociManifest else {
                    throw CommandError("\(name): a list of images or an image of Docker's, not an artifact")
                }
                return try ImageCopier(options, report: report).copy(source, to: destination)
            }
        }
        session.printLine(written.digest.hex)
        return 0
    }
}

/// `artifact push`: sends an artifact of the store to a registry.
enum ArtifactPushCommand: Command {
    static let grammar = CommandGrammar(
        "push", summary: "Push an OCI artifact", usage: "push [options] ARTIFACT [DESTINATION]",
        flags: [
            .bool("quiet", short: "q", help: "suppress output information when pushing"),
            .string("digestfile", "file", help: "write the digest of the pushed artifact to the file"),
            ProgressFlag.flag,
        ] + SigningFlags.flags + RegistryFlags.standard, arguments: .between(1...2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        let artifacts = ArtifactStore(graphRoot: store.layout.graphRoot)
        let artifact = try artifacts.find(arguments.positionals[0])
        let target = try ArtifactStore.name(arguments.positionals.count == 2 ? arguments.positionals[1] : artifact.name)
        var options = CopyOptions(.all)
        options.layers = .unchanged
        options.signer = try SigningFlags.signer(arguments)
        if let file = arguments.string("digestfile") { options.announce = try OutputFile.digestWriter(file) }
        let registries = try RegistryFlags.access(arguments, session, store: store)
        let rendering = try ProgressFlag.rendering(arguments, .output)
        let report = RetriedCopy.reportingStartsOnce(rendering.handler)
        try registries.options.retry.run {
            let destination = try DockerDestination(target, access: registries)
            _ = try ImageCopier(options, report: report).copy(artifacts.source(artifact), to: destination)
        }
        return 0
    }
}

/// `artifact extract`: writes an artifact's files to a directory, or one of them to a file.
enum ArtifactExtractCommand: Command {
    static let grammar = CommandGrammar(
        "extract", summary: "Extract an OCI artifact to a local path", usage: "extract [options] ARTIFACT PATH",
        flags: [
            .string("digest", "digest", help: "only extract the file with the digest"),
            .string("title", "title", help: "only extract the file with the title"),
        ], arguments: .exactly(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = ArtifactStore(graphRoot: try session.openStore().layout.graphRoot)
        let artifact = try store.find(arguments.positionals[0])
        let target = arguments.positionals[1]
        let (digest, title) = (arguments.string("digest") ?? "", arguments.string("title") ?? "")
        guard digest.isEmpty || title.isEmpty else { throw CommandError("cannot specify both digest and title") }
        var files = artifact.manifest.layers
        guard !files.isEmpty else { throw CommandError("the artifact has no blobs, nothing to extract") }
        if !digest.isEmpty { files = files.filter { $0.digest.description == digest } }
        if !title.isEmpty { files = files.filter { $0.annotations?[ArtifactStore.title] == title } }
        let wanted = digest.isEmpty ? "title \(title.goQuoted)" : "digest \(digest.goQuoted)"
        guard !files.isEmpty else { throw CommandError("no blob with the \(wanted)") }
        let isSelected = !digest.isEmpty || !title.isEmpty
        guard files.count == 1 || !isSelected else { throw CommandError("more than one match for the \(wanted)") }
        let isDirectory = try Files.statusIfPresent(target, followSymlinks: true)?.kind == .directory
        guard isDirectory || files.count == 1 else {
            throw CommandError(
                "the artifact consists of several blobs and the target \(target.goQuoted) is not a directory and neither "
                    + "digest or title was specified to only copy a single blob")
        }
        let source = try store.source(artifact)
        let names = try files.map { try name(of: $0, isByDigest: !digest.isEmpty) }
        for (file, name) in zip(files, names) {
            try write(source.openVerifiedBlob(file), to: isDirectory ? "\(target)/\(name)" : target)
        }
        return 0
    }

    /// A file's name in a directory. A title that is a path could lead out of it.
    private static func name(of file: Descriptor, isByDigest: Bool) throws -> String {
        let title = isByDigest ? "" : file.annotations?[ArtifactStore.title] ?? ""
        guard !title.contains("/"), title != ".", title != "..", !title.utf8.contains(0) else {
            throw CommandError("invalid name: \(title.goQuoted) is not the name of a file")
        }
        return title.isEmpty ? "\(file.digest.algorithm.rawValue)-\(file.digest.hex)" : title
    }

    /// Writes a file, which gets its name when it is complete and verified.
    private static func write(_ source: any ByteSource, to path: String) throws {
        if let kind = try Files.statusIfPresent(path, followSymlinks: true)?.kind, kind != .regular {
            let file = try OwnedFD.open(path, O_WRONLY)
            try source.copy(to: FileDescriptorSink(fd: file.raw), bufferSize: 1 << 20)
            return
        }
        let temporary = "\(path).tmp-\(RandomBytes.hex(4))"
        let file = try OwnedFD.open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
        do {
            try source.copy(to: FileDescriptorSink(fd: file.raw), bufferSize: 1 << 20)
            try Files.rename(temporary, path)
        } catch {
            try? Files.removeFile(temporary)
            throw error
        }
    }
}
