import Glibc
import ImageModel
import LinuxSystem
import StreamCompression

/// Where an archive is written to. Links are followed: what they lead to is written, and they stay.
enum ArchivePlace {
    /// Begins an archive: in a new file, which gets its name at the end, or in what cannot be replaced, such as a pipe,
    /// a device or an open descriptor (`/dev/stdout`).
    ///
    /// - Parameter temporaryDirectory: for blobs of unknown size on their way into a pipe.
    static func open(_ path: String, temporaryDirectory: String) throws(TransportError) -> any ArchiveOutput {
        do {
            let (target, isDescriptor) = try followed(path)
            let kind = try Files.statusIfPresent(target, followSymlinks: true)?.kind
            if kind == .directory { throw LinuxError("write", path, code: EISDIR) }
            guard isDescriptor || (kind != nil && kind != .regular) else {
                return try ArchiveWriter(path: target)
            }
            let sink = DescriptorSink(
                try isDescriptor ? openDescriptor(target) : OwnedFD.open(target, O_WRONLY | O_NOCTTY))
            return StreamedArchive(to: sink, place: path, temporaryDirectory: temporaryDirectory)
        } catch let error as LinuxError {
            throw TransportError(.system, error.description, at: path, cause: error)
        } catch let error as TransportError {
            throw error
        } catch {
            throw TransportError(.system, "\(error)", at: path, cause: error)
        }
    }

    /// The path behind the links at the end of `path`, and whether it is a descriptor of a process in `/proc`, whose
    /// link does not say where it leads.
    private static func followed(_ path: String) throws(LinuxError) -> (path: String, isDescriptor: Bool) {
        var path = path
        for _ in 0..<40 {
            guard try Files.statusIfPresent(path)?.kind == .symlink else { return (path, false) }
            let parent = parent(of: path)
            if try Files.status(parent, followSymlinks: true).device == Files.statusIfPresent("/proc")?.device {
                return (path, true)
            }
            let bytes = try Files.readSymlink(at: AT_FDCWD, path)
            guard let link = String(validating: bytes, as: UTF8.self) else {
                throw LinuxError("open", path, code: EILSEQ)
            }
            path = link.hasPrefix("/") ? link : "\(parent)/\(link)"
        }
        throw LinuxError("open", path, code: ELOOP)
    }

    /// Our own descriptors are duplicated: sockets cannot be opened, nor can pipes of another user.
    private static func openDescriptor(_ path: String) throws(LinuxError) -> OwnedFD {
        let isOwn =
            try Files.status(parent(of: path), followSymlinks: true).inode
            == Files.status("/proc/self/fd", followSymlinks: true).inode
        guard isOwn, let number = path.split(separator: "/").last.flatMap({ Int32($0) }) else {
            return try OwnedFD.open(path, O_WRONLY | O_NOCTTY)
        }
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw LinuxError("dup", path, code: errno) }
        return OwnedFD(adopting: copy)
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// Writes to a descriptor that it owns.
private final class DescriptorSink: ByteSink {
    private let file: OwnedFD
    private let sink: FileDescriptorSink

    init(_ file: consuming OwnedFD) {
        sink = FileDescriptorSink(fd: file.raw)
        self.file = file
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws { try sink.write(bytes) }

    func finish() throws { try sink.finish() }
}
