import ContainerStore
import Glibc
import ImageBuild
import ImageLayers
import ImageModel
import LinuxSystem
import StreamCompression
import WorkingContainers

/// `build --output`: the image's files, outside the store.
struct BuildExport {
    private enum Kind {
        case directory, archive
    }

    private let kind: Kind
    private let destination: String

    /// Whether the archive is written to standard output, which then carries nothing else.
    var usesStandardOutput: Bool { destination == "-" }

    /// Parses `DEST`, or `type=local|tar,dest=DEST`.
    init(parsing text: String) throws {
        guard text.contains("=") else {
            guard !text.isEmpty else { throw CommandError("--output requires a destination") }
            destination = text
            kind = text == "-" ? .archive : .directory
            return
        }
        var type: String?
        var dest: String?
        for field in text.split(separator: ",") {
            let (key, value) = KeyValueFlag.split(String(field))
            guard let value else { throw CommandError("invalid build output option \"\(field)\": expected key=value") }
            switch key {
            case "type":
                guard type == nil else { throw CommandError("invalid build output option \"\(text)\": duplicate type") }
                type = value
            case "dest":
                guard dest == nil else { throw CommandError("invalid build output option \"\(text)\": duplicate dest") }
                dest = value
            default: throw CommandError("unrecognized key \"\(key)\" in build output option: \"\(text)\"")
            }
        }
        switch type {
        case "local", nil: kind = .directory
        case "tar": kind = .archive
        case let other?: throw CommandError("invalid type \"\(other)\" selected for build output options \"\(text)\"")
        }
        guard let dest, !dest.isEmpty else {
            throw CommandError("missing required key \"dest\" in build output option: \"\(text)\"")
        }
        guard dest != "-" || kind == .archive else {
            throw CommandError("invalid build output option \"\(text)\": type=local cannot go to standard output")
        }
        destination = dest
    }

    private init(_ kind: Kind, _ destination: String) {
        self.kind = kind
        self.destination = destination
    }

    /// The output of one of several platforms: a directory such as `linux_arm_v7` in this one.
    func forOne(of platform: Platform) throws -> BuildExport {
        guard kind == .directory else {
            throw CommandError("build output \(destination): an archive can only hold the files of one platform")
        }
        let name = platform.description.split(separator: "/").joined(separator: "_")
        return BuildExport(.directory, "\(destination)/\(name)")
    }

    /// Writes the files of an image.
    func write(_ image: ImageRecord, from store: ContainerStore) throws {
        let root = try ReadOnlyRoot(of: image.topLayer, in: store)
        defer { root.close() }
        switch kind {
        case .directory: try copy(root.path, store)
        case .archive: try archive(root.path)
        }
    }

    /// Without root, the caller owns everything.
    private func copy(_ root: String, _ store: ContainerStore) throws {
        try Files.makeDirectories(destination, mode: 0o755)
        let selection = try BuildContext.select(["."], from: root, ignored: nil, excluding: [])
        var request = CopyStep.Request(keepingOwnersOf: 1)
        request.keepsOwners = !store.isRootless
        request.collision = .mergeOrReplace
        try CopyStep(request, selection, to: "/", in: HostPath.real(destination)).run()
    }

    private func archive(_ root: String) throws {
        if usesStandardOutput { return try archive(root, to: STDOUT_FILENO) }
        let output = try OwnedFD.open(destination, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        try archive(root, to: output.raw)
    }

    private func archive(_ root: String, to descriptor: Int32) throws {
        let sink = FileDescriptorSink(fd: descriptor)
        let maker = try LayerMaker(directory: root, content: .wholeTree(parent: nil), archive: { try sink.write($0) })
        _ = try maker.make()
    }
}
