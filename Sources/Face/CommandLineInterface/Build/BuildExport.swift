import ContainerStore
import Glibc
import ImageBuild
import ImageCopy
import ImageLayers
import ImageModel
import ImageTransports
import LinuxSystem
import ProgressEvents
import StreamCompression
import WorkingContainers

/// Writes one output of a build.
struct BuildExport {
    let output: BuildOutput
    let result: ImageBuilder.Result
    let attested: AttestedImage?
    /// Qualified names of the image.
    let names: [String]
    /// The platform, if the build is for several.
    let platform: Platform?
    let store: ContainerStore
    /// Where temporary files go.
    let temporary: String
    let report: ProgressHandler

    /// Writes a kind of output that is not an image of the store.
    func write() throws {
        switch output.kind {
        case .directory: try withFiles { try copy($0) }
        case .archive: try withFiles { try archive($0) }
        case .layout(let isArchive):
            // An archive has one name; other names would be other images in it.
            let name = names.first
            if isArchive {
                try viaFile { path in
                    try push(to: OCIArchiveDestination(OCILayoutReference(path: path, name: name)))
                }
            } else {
                try push(to: OCILayoutDestination(OCILayoutReference(path: output.destination, name: name)))
            }
        case .dockerArchive:
            let references = try names.map { try ImageReference(parsing: $0) }
            try viaFile { path in
                try push(
                    to: DockerArchiveDestination(
                        DockerArchiveReference(path: path, image: references.first),
                        additionalTags: Array(references.dropFirst())))
            }
        case .image: break
        }
    }

    // MARK: Files

    private func withFiles(_ body: (String) throws -> Void) throws {
        let root = try ReadOnlyRoot(of: result.image.topLayer, in: store)
        defer { root.close() }
        try body(root.path)
    }

    /// Without root, the caller owns everything. With several platforms, each has a directory of its own.
    private func copy(_ root: String) throws {
        var place = output.destination
        if let platform { place += "/" + Self.directoryName(of: platform) }
        try Self.copy(root, to: place, keepsOwners: !store.isRootless, time: result.fixedTime)
        if let attested {
            try AttestedImage.write(attested.papers, about: root, into: place, time: result.fixedTime)
        }
    }

    /// `linux_arm_v7`
    static func directoryName(of platform: Platform) -> String {
        platform.description.split(separator: "/").joined(separator: "_")
    }

    static func copy(_ root: String, to place: String, keepsOwners: Bool, time: FileTime?) throws {
        try Files.makeDirectories(place, mode: 0o755)
        let selection = try BuildContext.select(["."], from: root, ignored: nil, excluding: [])
        var request = CopyStep.Request(keepingOwnersOf: 1)
        request.keepsOwners = keepsOwners
        request.collision = .mergeOrReplace
        request.fileTime = time
        try CopyStep(request, selection, to: "/", in: HostPath.real(place)).run()
    }

    private func archive(_ root: String) throws {
        guard let attested, attested.papers.contains(where: { !$0.isInlineOnly }) else {
            return try Self.archive(root, to: output, time: result.fixedTime)
        }
        let directory = "\(temporary)/swiftlet-output-\(RandomBytes.hex(8))"
        try Files.makeDirectory(directory, mode: 0o700)
        defer { try? Files.removeTree(directory) }
        let collection = directory + "/files"
        try Self.copy(root, to: collection, keepsOwners: true, time: result.fixedTime)
        try AttestedImage.write(attested.papers, about: root, into: collection, time: result.fixedTime)
        try Self.archive(collection, to: output, time: result.fixedTime)
    }

    static func archive(_ root: String, to output: BuildOutput, time: FileTime?) throws {
        if output.usesStandardOutput { return try archive(root, to: STDOUT_FILENO, time) }
        if let kind = try Files.statusIfPresent(output.destination, followSymlinks: true)?.kind, kind != .regular {
            return try archive(root, to: OwnedFD.open(output.destination, O_WRONLY).raw, time)
        }
        try replace(output.destination) { partial in
            let file = try OwnedFD.open(partial, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
            try archive(root, to: file.raw, time)
        }
    }

    private static func archive(_ root: String, to descriptor: Int32, _ time: FileTime?) throws {
        let sink = FileDescriptorSink(fd: descriptor)
        let options = LayerMaker.Options(modification: time.map { .fixed($0) } ?? .own)
        let maker = try LayerMaker(
            directory: root, content: .wholeTree(parent: nil), options: options, archive: { try sink.write($0) })
        _ = try maker.make()
    }

    /// Lets `body` write a new file, which then replaces a destination. It is in a hidden directory beside the
    /// destination, which the next build with the same destination removes if this process is killed.
    private static func replace(_ destination: String, with body: (String) throws -> Void) throws {
        let slash = destination.lastIndex(of: "/")
        let parent = slash.map { $0 == destination.startIndex ? "/" : String(destination[..<$0]) } ?? "."
        let name = destination[(slash.map { destination.index(after: $0) } ?? destination.startIndex)...]
        let directory = try TemporaryDirectory(
            in: parent, named: ".\(String(decoding: name.utf8.prefix(100), as: UTF8.self)).partial-")
        defer { withExtendedLifetime(directory) {} }
        try body("\(directory.path)/file")
        try Files.rename("\(directory.path)/file", destination)
    }

    // MARK: Images

    private func push(to destination: any ImageDestination) throws {
        var options = CopyOptions()
        options.layers = try output.layers
        options.format = output.format
        try BuildDelivery.push(result, attested, to: destination, options, from: store, report: report)
    }

    /// Lets `body` write a new file, which then replaces the destination; for standard output a temporary one that only
    /// this user can read.
    private func viaFile(_ body: (String) throws -> Void) throws {
        guard output.usesStandardOutput else {
            // A device or a pipe must not be replaced by a file.
            if let kind = try Files.statusIfPresent(output.destination)?.kind, kind != .regular, kind != .symlink {
                throw CommandError("--output \(output.destination): there is something else than a file")
            }
            return try Self.replace(output.destination, with: body)
        }
        let directory = try TemporaryDirectory(in: temporary, named: "swiftlet-output-")
        defer { withExtendedLifetime(directory) {} }
        let file = directory.path + "/archive"
        try body(file)
        let opened = try OwnedFD.open(file, O_RDONLY)
        let sink = FileDescriptorSink(fd: STDOUT_FILENO)
        let source = FileDescriptorSource(fd: opened.raw)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        while case let count = try source.read(into: buffer), count > 0 {
            try sink.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
