import CommandLineGrammar
import ContainerStore
import ContainersConfig
import Glibc
import ImageModel
import ImageTransports
import LinuxSystem
import StreamCompression

/// `podman load`: stores all images of an archive of `docker save`, of an OCI archive, or of a directory.
enum LoadCommand: Command {
    static let grammar = CommandGrammar(
        "load", summary: "Load image(s) from a tar archive", usage: "load [options]",
        examples: ["load -i fedora.tar", "load < fedora.tar.gz"],
        flags: [
            .string("input", short: "i", "file", help: "load images from the file; default is standard input"),
            .bool("quiet", short: "q", help: "suppress the output"), SignaturePolicyFlag.flag, ProgressFlag.flag,
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let admission = try SignaturePolicyFlag.admission(arguments, session)
        let given = arguments.string("input").flatMap { $0.isEmpty ? nil : $0 }
        guard given != nil || isatty(STDIN_FILENO) == 0 else {
            throw CommandError("cannot read from terminal, use command-line redirection or the --input flag")
        }
        let store = try session.openStore()
        let directory = session.environment.value("TMPDIR") ?? "/var/tmp"
        let spool = try given == nil ? Spool(in: directory) : nil
        let path = given ?? spool?.path ?? ""
        let rendering = try ProgressFlag.rendering(arguments, .error)
        let puller = RegistryPull(
            store, try RegistryFlags.access(arguments, session), calledAs: "buildah", admission: admission,
            report: rendering.handler)
        for reference in try references(at: path) {
            let record = try puller.pull(reference, platform: Platform.host)
            let names = record.names.isEmpty ? ["sha256:\(record.id)"] : record.names
            for name in names { session.printLine("Loaded image: \(name)") }
        }
        return 0
    }

    /// A reference for each of the images in a file or directory.
    private static func references(at path: String) throws -> [String] {
        guard !path.contains(":") else { throw CommandError("\(path): a path with a colon cannot be loaded") }
        guard let status = try Files.statusIfPresent(path, followSymlinks: true) else {
            throw CommandError("\(path): no such file or directory")
        }
        if status.kind == .directory {
            guard Files.exists("\(path)/index.json") else { return ["dir:\(path)"] }
            return try OCILayoutSource.entries(inLayoutAt: path).map { "oci:\(path):@\($0.place)" }
        }
        do {
            let count = try DockerArchive(path: path).images.count
            guard count > 0 else { throw CommandError("\(path): the archive has no images") }
            return (0..<count).map { "docker-archive:\(path):@\($0)" }
        } catch let error as TransportError where error.kind == .unsupported {
            return try OCIArchiveSource.entries(inArchiveAt: path).map { "oci-archive:\(path):@\($0.place)" }
        }
    }

    /// Standard input in a file, which vanishes with this object.
    private final class Spool {
        let path: String
        private let directory: TemporaryDirectory

        init(in parent: String) throws {
            directory = try TemporaryDirectory(in: parent, named: "swiftlet-load-")
            path = "\(directory.path)/archive"
            let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            try FileDescriptorSource(fd: STDIN_FILENO).copy(to: FileDescriptorSink(fd: file.raw), bufferSize: 1 << 20)
        }
    }
}
