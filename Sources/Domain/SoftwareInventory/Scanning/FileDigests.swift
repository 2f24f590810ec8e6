package import ContentDigest
import Glibc
package import LinuxSystem

// arithmetic: depth: bounded

/// The digests of the regular files below a root.
package enum FileDigests {
    /// In the order of a walk that visits names by their bytes. Links are not followed.
    package static func all(
        below root: borrowing RootedDirectory
    ) throws -> [(location: FileLocation, digest: Digest)] {
        var files: [(location: FileLocation, digest: Digest)] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        try visit(OwnedFD.open(at: root.fd, ".", O_RDONLY | O_DIRECTORY), [], depth: 0, buffer, &files)
        return files
    }

    private static func visit(
        _ directory: consuming OwnedFD, _ path: [UInt8], depth: Int, _ buffer: UnsafeMutableRawBufferPointer,
        _ files: inout [(location: FileLocation, digest: Digest)]
    ) throws {
        guard depth < 400 else { throw InventoryError("\(FileLocation(path)): nested too deeply") }
        let entries = try Files.entries(of: directory).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        for entry in entries {
            let place = path.isEmpty ? entry.bytes : path + [UInt8(ascii: "/")] + entry.bytes
            switch try entry.kind ?? Files.status(at: directory.raw, entry.name).kind {
            case .directory:
                let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
                try visit(
                    OwnedFD.open(at: directory.raw, entry.name, flags), place, depth: depth + 1, buffer, &files)
            case .regular:
                let file = try OwnedFD.open(
                    at: directory.raw, entry.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
                let stream = SHA256Stream()
                while case let count = try file.read(into: buffer), count > 0 {
                    stream.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
                files.append((FileLocation(place), stream.finalize()))
            default: continue
            }
        }
    }
}
