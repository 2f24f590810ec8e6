import ContentDigest
import Glibc
import ImageModel
import LinuxSystem
import StreamCompression

/// Writes a tar archive into a new file that gets its name at the end. Files of unknown size need no temporary copy:
/// their headers are written after their content. Not thread-safe.
final class ArchiveWriter {
    private let path: String
    private let directory: OwnedFD
    private let file: OwnedFD
    private let temporaryName: String
    private var offset: Int64 = 0
    private var isFinished = false

    /// Begins an archive with the final name `path`.
    init(path: String) throws(TransportError) {
        let slash = path.lastIndex(of: "/")
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard !name.isEmpty, name != ".", name != ".." else {
            throw TransportError(.invalidReference, "not the name of a file", at: path)
        }
        self.path = path
        temporaryName = ".\(name).tmp-\(RandomBytes.hex(4))"
        do throws(LinuxError) {
            directory = try OwnedFD.open(parent, O_RDONLY | O_DIRECTORY)
            file = try OwnedFD.open(at: directory.raw, temporaryName, O_RDWR | O_CREAT | O_EXCL, mode: 0o644)
        } catch {
            throw TransportError(.system, error.description, at: path, cause: error)
        }
    }

    deinit {
        if !isFinished { unlinkat(directory.raw, temporaryName, 0) }
    }

    /// Adds a small file.
    func add(_ name: String, _ bytes: [UInt8]) throws(TransportError) {
        try write(ArchiveHeader.bytes(name: name, size: Int64(bytes.count)))
        try write(bytes)
        try pad(Int64(bytes.count))
    }

    /// Adds a symbolic link.
    func addLink(_ name: String, to target: String) throws(TransportError) {
        try write(ArchiveHeader.bytes(name: name, size: 0, target: target))
    }

    /// Adds a blob under the name that `name` returns for its digest. A blob that fails verification leaves no trace.
    func add(
        from source: any ByteSource, expected: Descriptor?, name: (Digest) -> String
    ) throws -> (digest: Digest, size: Int64) {
        let start = offset
        do {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 512 << 10, alignment: 4096)
            defer { buffer.deallocate() }
            let hasher = BlobHasher(expected)
            try write([UInt8](repeating: 0, count: ArchiveHeader.size))
            var size: Int64 = 0
            while true {
                let count = try source.read(into: buffer)
                if count == 0 { break }
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                try hasher.update(bytes, place: path)
                try write(bytes)
                size += Int64(count)
            }
            let digest = try hasher.finish(place: path)
            try pad(size)
            try overwriteHeader(ArchiveHeader.bytes(name: name(digest), size: size), at: start)
            return (digest, size)
        } catch {
            try rewind(to: start)
            throw error
        }
    }

    /// Completes the archive and gives it its name, replacing an existing file.
    func finish(synchronize: Bool) throws(TransportError) {
        try write([UInt8](repeating: 0, count: 2 * ArchiveHeader.size))
        let target = path.split(separator: "/").last.map(String.init) ?? path
        do throws(LinuxError) {
            if synchronize { try file.synchronize() }
            try Files.rename(at: directory.raw, temporaryName, to: directory.raw, target)
            isFinished = true
            if synchronize { try directory.synchronize() }
        } catch {
            throw TransportError(.system, error.description, at: path, cause: error)
        }
    }

    private func pad(_ size: Int64) throws(TransportError) {
        try write([UInt8](repeating: 0, count: Int(-size & 511)))
    }

    private func write(_ bytes: [UInt8]) throws(TransportError) {
        do {
            try file.writeAll(bytes)
        } catch {
            throw TransportError(.system, error.description, at: path, cause: error)
        }
        offset += Int64(bytes.count)
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) {
        do {
            try file.writeAll(bytes)
        } catch {
            throw TransportError(.system, error.description, at: path, cause: error)
        }
        offset += Int64(bytes.count)
    }

    private func overwriteHeader(_ bytes: [UInt8], at start: Int64) throws(TransportError) {
        guard pwrite(file.raw, bytes, bytes.count, Int(start)) == bytes.count else {
            throw TransportError(.system, "write: \(String(cString: strerror(errno)))", at: path)
        }
    }

    private func rewind(to start: Int64) throws(TransportError) {
        guard ftruncate(file.raw, Int(start)) == 0, lseek(file.raw, Int(start), SEEK_SET) == Int(start) else {
            throw TransportError(.system, "truncate: \(String(cString: strerror(errno)))", at: path)
        }
        offset = start
    }
}
