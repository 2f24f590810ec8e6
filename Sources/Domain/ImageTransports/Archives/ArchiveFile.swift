import Glibc
import LinuxSystem
import StreamCompression

/// A tar archive with random access: its entries are indexed once.
///
/// A compressed archive, or one read from a pipe, is first unpacked into an unnamed temporary file.
final class ArchiveFile: LayoutFiles {
    let path: String
    private let file: SharedFile
    private let index: ArchiveIndex

    /// - Parameter temporaryDirectory: where to unpack a compressed archive.
    convenience init(path: String, temporaryDirectory: String) throws {
        try self.init(path) { try Self.open(path, temporaryDirectory: temporaryDirectory) }
    }

    /// An archive read from a stream.
    ///
    /// - Parameter place: its name in messages.
    convenience init(spooling source: any ByteSource, place: String, temporaryDirectory: String) throws {
        try self.init(place) { try SharedFile(spooling: source, in: temporaryDirectory, path: place) }
    }

    private init(_ path: String, _ open: () throws -> SharedFile) throws {
        self.path = path
        let file = try TransportError.wrapping(path, open)
        self.file = file
        index = try TransportError.wrapping(path) { try ArchiveIndex(of: file) }
    }

    func open(_ name: String) throws(TransportError) -> (file: SharedFile, range: Range<Int64>)? {
        index.content(of: name).map { (file, $0) }
    }

    private static func open(_ path: String, temporaryDirectory: String) throws -> SharedFile {
        // Opening a pipe blocks until it has a writer, as it should here.
        let descriptor = try OwnedFD.open(path, O_RDONLY | O_NOCTTY)
        let isRegular = try descriptor.status().kind == .regular
        if isRegular {
            var magic = [UInt8](repeating: 0, count: Compression.magicLength)
            let count = max(pread(descriptor.raw, &magic, magic.count, 0), 0)
            if Compression.detect(Array(magic[..<count])) == .none { return try SharedFile(descriptor, path: path) }
        }
        let unpacked = try DecompressingSource(FileDescriptorSource(fd: descriptor.raw), nil)
        return try SharedFile(spooling: unpacked, in: temporaryDirectory, path: path)
    }
}
