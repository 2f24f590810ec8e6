import Glibc

/// Reads an open file descriptor, which stays the caller's and must stay open as long as this is read.
package final class FileDescriptorSource: ByteSource {
    private let fd: Int32

    /// Reads `fd` from where it stands.
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
