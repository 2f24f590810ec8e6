import CommandLineGrammar
import ContainerStore
import ContainersConfig
import Glibc
import ImageCopy
import ImageModel
import LinuxSystem
import ManifestLists
import StreamCompression

/// `podman save`: writes an image to an archive or a directory.
enum SaveCommand: Command {
    static let grammar = CommandGrammar(
        "save", summary: "Save image(s) to an archive", usage: "save [options] IMAGE",
        examples: ["save -o image.tar alpine", "save --format oci-archive alpine > image.tar"],
        flags: [
            .string("output", short: "o", "file", help: "write to a specified file (default: stdout)"),
            .string(
                "format", default: "docker-archive",
                help: "save image to docker-archive, oci-archive, oci-dir or docker-dir"),
            .bool("quiet", short: "q", help: "suppress the output"),
            .bool("uncompressed", hidden: true, help: "archives are not compressed anyway"),
            .refused("compress", "layers keep the compression they have"),
            .bool("multi-image-archive", short: "m", help: "interpret additional arguments as images, not tags"),
        ], arguments: .atLeast(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let names = arguments.positionals
        guard names.count == 1 else {
            throw CommandError("saving several images or names in one archive is not supported: save them one by one")
        }
        let format = arguments.string("format") ?? "docker-archive"
        let transports = [
            "docker-archive": "docker-archive", "oci-archive": "oci-archive", "oci-dir": "oci", "docker-dir": "dir",
        ]
        guard let transport = transports[format] else { throw CommandError("unknown format \"\(format)\"") }
        let file = arguments.string("output").flatMap { $0.isEmpty ? nil : $0 }
        let isDirectory = format.hasSuffix("-dir")
        guard file != nil || !isDirectory else {
            throw CommandError("--format \(format) needs --output: it is a directory")
        }
        if file == nil, StandardStream.output.isTerminal {
            throw CommandError("refusing to save to terminal. Use -o flag or redirect")
        }
        if let file, file.contains(":") {
            throw CommandError("invalid filename (should not contain ':') \"\(file)\"")
        }
        let store = try session.openStore()
        guard let found = try store.image(names[0]) else { throw CommandError("\(names[0]): image not known") }
        let image = try ManifestList.image(behind: found, in: store)
        if isDirectory, let file {
            try write(image, named: names[0], transport, to: file, store, session)
            return 0
        }
        try writeArchive(image, named: names[0], transport, to: file, store, session)
        return 0
    }

    /// An archive is complete before it gets the requested name, or is printed.
    private static func writeArchive(
        _ image: ImageRecord, named name: String, _ transport: String, to file: String?, _ store: ContainerStore,
        _ session: Session
    ) throws {
        let directory = session.environment.value("TMPDIR") ?? "/var/tmp"
        let draft = file.map { "\($0).\(RandomBytes.hex(8))" } ?? "\(directory)/swiftlet-save-\(RandomBytes.hex(8))"
        do {
            try write(image, named: name, transport, to: draft, store, session)
            if let file, try Files.statusIfPresent(file, followSymlinks: true)?.kind ?? .regular == .regular {
                try Files.rename(draft, file)
                return
            }
            let target = try file.map { try OwnedFD.open($0, O_WRONLY).release() } ?? StandardStream.output.rawValue
            let archive = try OwnedFD.open(draft, O_RDONLY)
            try FileDescriptorSource(fd: archive.raw).copy(to: FileDescriptorSink(fd: target), bufferSize: 1 << 20)
            try Files.removeFile(draft)
        } catch {
            try? Files.removeFile(draft)
            throw error
        }
    }

    private static func write(
        _ image: ImageRecord, named name: String, _ transport: String, to path: String, _ store: ContainerStore,
        _ session: Session
    ) throws {
        var target = "\(transport):\(path)"
        // The name under which `load` stores it again; an id is none.
        let known = image.names.first { $0 == name } ?? (try? store.findImage(name))?.name
        if transport != "dir", let known, (try? ImageReference(parsing: known))?.digest == nil { target += ":\(known)" }
        let line = ["push", "-q", image.id, target]
        let face = Face.buildah
        let parsed = try face.grammar.parse(line, environment: session.environment.environment)
        guard try PushCommand.run(parsed, session) == 0 else { throw CommandError("saving \(name) failed") }
    }
}
