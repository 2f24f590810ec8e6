import CLinux
import Glibc
import Synchronization

/// A pipe from other processes to this one. Its reader does not block; both ends are above the standard streams and are
/// closed on exec.
package final class ReadablePipe: Sendable {
    /// The end that this process reads, for poll(2).
    package let reader: Int32
    /// The end for other processes.
    package let writer: Int32
    private let isWriterOpen = Atomic(true)
    private let isReaderOpen = Atomic(true)

    /// Creates a pipe.
    package init() throws(LinuxError) {
        var ends: [Int32] = [-1, -1]
        try checked(linux_pipe2(&ends, LINUX_O_CLOEXEC), "pipe")
        let reading = OwnedFD(adopting: ends[0])
        let writing = OwnedFD(adopting: ends[1])
        let reader = try reading.duplicate()
        let writer = try writing.duplicate()
        try checked(linux_fcntl(reader.raw, F_SETFL, Int(O_NONBLOCK)), "set up pipe")
        self.reader = reader.release()
        self.writer = writer.release()
    }

    deinit {
        closeWriter()
        closeReader()
    }

    /// What has been written, up to 64 KiB; nil if nothing has, and empty at the end or if the pipe is broken.
    package func read() -> [UInt8]? {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, length in
            repeat { count = linux_read(reader, buffer.baseAddress, buffer.count) } while count == -Int(EINTR)
            length = max(count, 0)
        }
        return count == -Int(EAGAIN) ? nil : bytes
    }

    /// Closes this process's writing end, once.
    package func closeWriter() {
        if isWriterOpen.exchange(false, ordering: .relaxed) { _ = linux_close(writer) }
    }

    /// Closes the reading end, once.
    package func closeReader() {
        if isReaderOpen.exchange(false, ordering: .relaxed) { _ = linux_close(reader) }
    }
}
