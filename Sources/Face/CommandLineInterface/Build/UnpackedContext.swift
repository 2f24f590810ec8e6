import Glibc
import LinuxSystem
import StreamCompression
import WorkingContainers

/// What `build -` reads from standard input, or `build URL` from a web server: an archive of a whole context, unpacked
/// into a directory, or a Dockerfile.
struct UnpackedContext {
    /// The unpacked context; nil for a Dockerfile.
    let directory: String?
    /// The Dockerfile's bytes if it is one.
    let file: [UInt8]

    /// Archives are recognized by this much of their content.
    private static let beginning = 1 << 20

    /// - Parameters:
    ///   - name: of the source, for messages.
    ///   - place: an empty directory of this build's own.
    init(reading source: any ByteSource, named name: String, into place: String) throws {
        let input = try OwnedFD.open("\(place)/input", O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        var isArchive: Bool?
        var size = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        while case let count = try source.read(into: buffer), count > 0 {
            try input.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            (size, _) = size.addingReportingOverflow(count)
            if isArchive == nil, size >= Self.beginning {
                isArchive = try Self.isArchive(input)
                lseek(input.raw, 0, SEEK_END)
            }
            // Nothing fills the disk that is no archive.
            if isArchive == false, size > ContextFileReader.limit {
                throw CommandError("\(name): neither an archive nor, with more than 16 MiB, a Dockerfile")
            }
        }
        guard try isArchive ?? Self.isArchive(input) else {
            (directory, file) = (nil, try Files.readFile("\(place)/input", limit: ContextFileReader.limit))
            return
        }
        (directory, file) = ("\(place)/files", [])
        do {
            try Self.unpack(place)
        } catch {
            throw CommandError("\(name): cannot unpack the archive: \(error)")
        }
    }

    /// The time of the newest file in the unpacked context, which is the archive's as BuildKit has it; nil without files.
    var time: FileTime? {
        guard let directory, let opened = try? OwnedFD.open(directory, O_RDONLY | O_DIRECTORY) else { return nil }
        return (try? Self.newestTime(in: opened)).flatMap { $0.map { FileTime(seconds: $0.seconds) } }
    }

    private static func newestTime(in directory: borrowing OwnedFD) throws -> FileTime? {
        var newest: FileTime?
        for entry in try Files.entries(of: directory) {
            let status = try Files.status(at: directory.raw, entry.name)
            var time: FileTime?
            if status.kind == .regular {
                time = status.modification
            } else if status.kind == .directory {
                let below = try OwnedFD.open(at: directory.raw, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
                time = try newestTime(in: below)
            }
            if let time, newest.map({ $0 < time }) ?? true { newest = time }
        }
        return newest
    }

    private static func isArchive(_ file: borrowing OwnedFD) throws -> Bool {
        lseek(file.raw, 0, SEEK_SET)
        return try ArchiveDetector.isArchive(file.raw)
    }

    private static func unpack(_ place: String) throws {
        let directory = "\(place)/files"
        try Files.makeDirectory(directory, mode: 0o755)
        var request = CopyStep.Request(sourceCount: 1)
        request.unpacks = true
        // Owners do not matter: what is copied from a context belongs to root.
        request.owner = "0:0"
        request.ignoresUnmappedOwners = true
        try CopyStep(request, CopySelection(onlyFile: "input", in: place), to: "/", in: directory).run()
        try Files.removeFile("\(place)/input")
    }
}
