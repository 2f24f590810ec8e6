import Glibc
import LinuxSystem
package import StreamCompression
import TarArchive

/// Archives of files that are not the file system of a container, such as source code.
package enum ArtifactArchive {
    /// Writes a tar archive of a file under its own name, or of everything in a directory.
    ///
    /// - Throws: `LinuxError`, also for what is neither; the sink's errors. The sink is not finished.
    package static func write(_ path: String, to sink: any ByteSink) throws {
        let file = try OwnedFD.open(path, O_RDONLY | O_NONBLOCK)
        let status = try file.status()
        switch status.kind {
        case .directory:
            _ = try LayerMaker(directory: path, content: .wholeTree(parent: nil), archive: { try sink.write($0) })
                .make()
        case .regular: try write(file, status, named: path, to: sink)
        default: throw LinuxError("archive", path, code: EINVAL)
        }
    }

    private static func write(
        _ file: borrowing OwnedFD, _ status: FileStatus, named path: String, to sink: any ByteSink
    ) throws {
        let writer = TarWriter(write: { try sink.write($0) })
        var entry = TarEntry(name: Array(path.utf8.split(separator: UInt8(ascii: "/")).last ?? []), kind: .regular)
        entry.mode = status.permissions
        (entry.uid, entry.gid) = (Int64(status.uid), Int64(status.gid))
        entry.modification = (status.modification.seconds, 0)
        entry.size = status.size
        try writer.begin(entry)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            let count = try file.read(into: buffer)
            if count == 0 { break }
            try writer.write(content: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        try writer.end()
        try writer.finish()
    }
}
