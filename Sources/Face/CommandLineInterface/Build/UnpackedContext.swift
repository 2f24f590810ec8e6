import Glibc
import LinuxSystem
import WorkingContainers

/// What `build -` reads from standard input: a Dockerfile, or an archive of a whole context.
///
/// An archive is unpacked into a temporary directory, which exists as long as this value.
final class StreamedContext {
    /// The unpacked context; nil if standard input is a Dockerfile.
    let directory: String?
    /// The Dockerfile's bytes if it is one.
    let dockerfile: [UInt8]
    private let place: String

    /// - Parameter temporary: where to create the directory.
    init(readingStandardInputInto temporary: String) throws {
        place = "\(temporary)/swiftlet-context-\(RandomBytes.hex(8))"
        try Files.makeDirectory(place, mode: 0o700)
        do {
            (directory, dockerfile) = try Self.read(place)
        } catch {
            try? Files.removeTree(place)
            throw error
        }
    }

    deinit { try? Files.removeTree(place) }

    private static func read(_ place: String) throws -> (directory: String?, dockerfile: [UInt8]) {
        let input = try OwnedFD.open("\(place)/input", O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        try copyStandardInput(to: input)
        lseek(input.raw, 0, SEEK_SET)
        guard try ArchiveDetector.isArchive(input.raw) else {
            return (nil, try Files.readFile("\(place)/input", limit: ContextFileReader.limit))
        }
        let directory = "\(place)/files"
        try Files.makeDirectory(directory, mode: 0o755)
        var request = CopyStep.Request(sourceCount: 1)
        request.unpacks = true
        // Owners do not matter: what is copied from a context belongs to root.
        request.owner = "0:0"
        request.ignoresUnmappedOwners = true
        try CopyStep(
            request, CopySelection(onlyFile: "input", in: place), to: "/", in: directory
        ).run()
        try Files.removeFile("\(place)/input")
        return (directory, [])
    }

    private static func copyStandardInput(to output: borrowing OwnedFD) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw LinuxError("read", "standard input", code: errno) }
            guard count > 0 else { return }
            try output.writeAll(Array(buffer[..<count]))
        }
    }
}
