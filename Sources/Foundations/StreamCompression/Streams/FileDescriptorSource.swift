import Glibc

/// Reads a file descriptor that the caller keeps owning and must keep open meanwhile.
package final class FileDescriptorSource: ByteSource {
    private let fd: Int32

    /// Reads `fd` from its current offset.
    package init(fd: Int32) {
        self.fd = fd
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = Glibc.read(fd, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            let code = errno
            if code != EINTR { throw CompressionError.system("read", code) }
        }
    }
}

extension CompressionError {
    static func system(_ operation: String, _ code: Int32) -> CompressionError {
        let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return CompressionError(.system(errno: code), "\(operation): \(reason)")
    }
}
