import Glibc

/// Writes to a file descriptor that the caller keeps owning. `finish` neither syncs nor closes it.
package final class FileDescriptorSink: ByteSink {
    private let fd: Int32

    /// Writes to `fd` from its current offset.
    package init(fd: Int32) {
        self.fd = fd
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(fd, rest.baseAddress, rest.count)
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                continue
            }
            let code = errno
            if code != EINTR { throw CompressionError.system("write", code) }
        }
    }

    package func finish() throws {}
}
