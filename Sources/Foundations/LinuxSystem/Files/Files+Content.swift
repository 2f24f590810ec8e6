import CLinux
import Glibc

extension Files {
    /// Reads a whole file; throws `EFBIG` above the limit in bytes, and immediately `EINVAL` for files whose reads may
    /// block forever (named pipes, block devices). This process's own descriptors (`/dev/fd/N`) may be of any type.
    package static func readFile(_ path: UnsafePointer<CChar>, limit: Int = 64 << 20) throws(LinuxError) -> [UInt8] {
        try readFile(at: LINUX_AT_FDCWD, path, limit: limit)
    }

    /// Reads a whole file relative to a directory, with the same errors.
    package static func readFile(
        at directory: Int32, _ name: UnsafePointer<CChar>, limit: Int = 64 << 20
    ) throws(LinuxError) -> [UInt8] {
        let file = try openForReading(at: directory, name)
        do throws(LinuxError) {
            return try file.readAll(limit: limit)
        } catch {
            throw LinuxError(error.operation, String(cString: name), error.errno)
        }
    }

    private static let ownDescriptors = ["/dev/stdin", "/dev/fd/", "/proc/self/fd/"].map { Array($0.utf8) }

    private static func openForReading(
        at directory: Int32, _ name: UnsafePointer<CChar>
    ) throws(LinuxError) -> OwnedFD {
        let isOwn = ownDescriptors.contains { hasPrefix(name, $0) }
        if isOwn { return try OwnedFD.open(at: directory, name, O_RDONLY | O_NOCTTY) }
        // With O_NONBLOCK, opening a pipe without a writer returns immediately.
        let file = try OwnedFD.open(at: directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        switch try file.status().kind {
        case .fifo, .socket, .blockDevice:
            throw LinuxError("read", "\(String(cString: name)): not a regular file", code: EINVAL)
        default: return file
        }
    }

    /// Whether a NUL-terminated name starts with these bytes.
    private static func hasPrefix(_ name: UnsafePointer<CChar>, _ prefix: [UInt8]) -> Bool {
        strncmp(name, prefix.map { CChar(bitPattern: $0) } + [0], prefix.count) == 0
    }

    /// Reads a whole file; nil if it or one of its parent directories does not exist.
    package static func readFileIfPresent(
        _ path: UnsafePointer<CChar>, limit: Int = 64 << 20
    ) throws(LinuxError) -> [UInt8]? {
        do throws(LinuxError) {
            return try readFile(path, limit: limit)
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }

    /// Replaces (or creates) a file atomically: readers see either the old or the new content, and with `synchronize`
    /// the same holds on disk after a crash. The mode is set exactly, regardless of the umask.
    package static func replaceFile(
        _ path: String, with bytes: [UInt8], mode: UInt32 = 0o600, synchronize: Bool = true
    ) throws(LinuxError) {
        let slash = path.lastIndex(of: "/")
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let directory = try OwnedFD.open(parent, O_RDONLY | LINUX_O_DIRECTORY)
        let temporary = ".tmp-\(RandomBytes.hex(8))"
        let file = try OwnedFD.open(at: directory.raw, temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        do throws(LinuxError) {
            try changeMode(fd: file.raw, mode: mode)
            try file.writeAll(bytes)
            if synchronize { try file.synchronize() }
            try rename(at: directory.raw, temporary, to: directory.raw, String(name))
            if synchronize { try directory.synchronize() }
        } catch {
            _ = linux_unlinkat(directory.raw, temporary, 0)
            throw LinuxError(error.operation, path, error.errno)
        }
    }

    /// Copies the whole content of `from` to `to` (opened for writing, at offset 0, empty): by reflink if the file
    /// system supports it, otherwise with an in-kernel copy that preserves holes, otherwise with reads and writes. The
    /// file offsets are undefined afterwards.
    package static func cloneOrCopy(from: borrowing OwnedFD, to: borrowing OwnedFD) throws(LinuxError) {
        if linux_clone_file(to.raw, from.raw) == 0 { return }
        let size = try from.status().size
        var offset: Int64 = 0
        var copier = RangeCopier(from: from.raw, to: to.raw)
        while offset < size {
            let data = linux_lseek(from.raw, offset, LINUX_SEEK_DATA)
            if data == -Int(ENXIO) { break }
            // File systems without SEEK_DATA return EINVAL: then everything is data.
            let start = data >= 0 ? Int64(data) : offset
            let hole = data >= 0 ? linux_lseek(from.raw, start, LINUX_SEEK_HOLE) : -1
            let end = hole >= 0 ? min(Int64(hole), size) : size
            if start >= end { break }
            if try !copier.copy(from: start, to: end) { break }
            offset = end
        }
        try checked(linux_ftruncate(to.raw, size), "truncate")
    }
}

/// Copies ranges between two files; falls back to reads and writes for good once the in-kernel copy fails.
private struct RangeCopier {
    let from, to: Int32
    var kernelCopies = true

    /// False if the source ended early (it was truncated meanwhile).
    mutating func copy(from start: Int64, to end: Int64) throws(LinuxError) -> Bool {
        var offset = Int(start)
        let end = Int(end)
        while kernelCopies, offset < end {
            let count = linux_copy_file_range(from, Int64(offset), to, Int64(offset), end - offset)
            // Some file systems (procfs, FUSE, across devices) refuse, some return 0: let read and write decide then.
            if count <= 0 { kernelCopies = false } else { offset += count }
        }
        if offset >= end { return true }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        guard let base = buffer.baseAddress else { return false }
        while offset < end {
            let count = try checked(linux_pread(from, base, min(buffer.count, end - offset), Int64(offset)), "read")
            if count == 0 { return false }
            var written = 0
            while written < count {
                written += try checked(
                    linux_pwrite(to, base + written, count - written, Int64(offset + written)), "write")
            }
            offset += count
        }
        return true
    }
}
