import CLinux
import Glibc

/// A file descriptor that is closed exactly once: on `close`, or when it goes out of scope.
package struct OwnedFD: ~Copyable, Sendable {
    /// The number, valid as long as this value lives.
    package let raw: Int32

    /// Takes ownership of a descriptor.
    package init(adopting raw: Int32) {
        self.raw = raw
    }

    deinit {
        _ = linux_close(raw)
    }

    /// Closes immediately. Errors of close(2) are not reported: call `synchronize` if lost writes matter.
    package consuming func close() {}

    /// Gives up ownership without closing the descriptor.
    package consuming func release() -> Int32 {
        let raw = self.raw
        discard self
        return raw
    }

    /// Opens a path, adding `O_CLOEXEC` to the flags.
    package static func open(
        _ path: UnsafePointer<CChar>, _ flags: Int32, mode: UInt32 = 0o666
    ) throws(LinuxError) -> OwnedFD {
        try open(at: LINUX_AT_FDCWD, path, flags, mode: mode)
    }

    /// Opens a path relative to a directory descriptor, adding `O_CLOEXEC` to the flags.
    package static func open(
        at directory: Int32, _ path: UnsafePointer<CChar>, _ flags: Int32, mode: UInt32 = 0o666
    ) throws(LinuxError) -> OwnedFD {
        OwnedFD(adopting: try checked(linux_openat(directory, path, flags | LINUX_O_CLOEXEC, mode), "open", path))
    }

    /// A close-on-exec duplicate of this descriptor.
    package func duplicate() throws(LinuxError) -> OwnedFD {
        OwnedFD(adopting: try checked(linux_duplicate(raw), "duplicate descriptor"))
    }

    /// Reads once into the buffer. Returns the number of bytes, 0 at end of file.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(LinuxError) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        return try checked(linux_read(raw, base, buffer.count), "read")
    }

    /// Reads to the end of the file; throws `EFBIG` for more than `limit` bytes.
    package func readAll(limit: Int) throws(LinuxError) -> [UInt8] {
        let size = Int(clamping: (try? status().size) ?? 0)
        // One byte more than the size detects the end of the file; files in /proc report size 0.
        var capacity = min(max(size, 4095), max(limit, 0), 64 << 20) + 1
        var bytes: [UInt8] = []
        while true {
            let chunk = try readChunk(capacity)
            bytes = bytes.isEmpty ? chunk : bytes + chunk
            if bytes.count > limit { throw LinuxError("read", code: EFBIG) }
            if chunk.count < capacity { return bytes }
            capacity = min(bytes.count, 16 << 20)
        }
    }

    /// Reads until the buffer is full or the file ends.
    private func readChunk(_ capacity: Int) throws(LinuxError) -> [UInt8] {
        var result = 1
        let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            while let base = buffer.baseAddress, count < capacity, result > 0 {
                result = linux_read(raw, base + count, capacity - count)
                count += max(result, 0)
            }
        }
        try checked(result, "read")
        return chunk
    }

    /// Writes all bytes.
    package func writeAll(_ bytes: UnsafeRawBufferPointer) throws(LinuxError) {
        guard let base = bytes.baseAddress else { return }
        var offset = 0
        while offset < bytes.count {
            offset += try checked(linux_write(raw, base + offset, bytes.count - offset), "write")
        }
    }

    /// Writes all bytes.
    package func writeAll(_ bytes: [UInt8]) throws(LinuxError) {
        let failure = bytes.withUnsafeBytes { buffer -> LinuxError? in
            do throws(LinuxError) {
                try writeAll(buffer)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// The result of fstat(2); works on `O_PATH` descriptors too.
    package func status() throws(LinuxError) -> FileStatus {
        try FileStatus.read(at: raw, "", LINUX_AT_EMPTY_PATH)
    }

    /// Makes the file's data and metadata durable (fsync).
    package func synchronize() throws(LinuxError) {
        try checked(linux_fsync(raw), "fsync")
    }

    /// Makes everything in the file's file system durable (syncfs).
    package func synchronizeFileSystem() throws(LinuxError) {
        try checked(linux_syncfs(raw), "syncfs")
    }
}
