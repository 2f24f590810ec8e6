import CLinux
import Glibc

/// The pipes between this process and a program's standard streams.
struct ChildStreams: ~Copyable {
    /// This process's ends of standard input, output and error; -1 if unused or already closed.
    private var own: [Int32] = [-1, -1, -1]
    private var child: [Int32] = [-1, -1, -1]

    init(hasInput: Bool, captureOutput: Bool) throws(LinuxError) {
        if hasInput {
            try makePipe(0)
        } else if captureOutput {
            child[0] = try OwnedFD.open("/dev/null", O_RDONLY).duplicate().release()
        }
        if captureOutput {
            try makePipe(1)
            try makePipe(2)
        }
    }

    deinit {
        for descriptor in own + child where descriptor >= 0 { _ = linux_close(descriptor) }
    }

    /// The child's ends, as `linux_spawn` takes them.
    var ofChild: (Int32, Int32, Int32) { (child[0], child[1], child[2]) }

    private mutating func makePipe(_ stream: Int) throws(LinuxError) {
        var ends: [Int32] = [-1, -1]
        try checked(linux_pipe2(&ends, LINUX_O_CLOEXEC), "pipe")
        let reader = OwnedFD(adopting: ends[0])
        let writer = OwnedFD(adopting: ends[1])
        // Duplicated, so that they are above the standard streams even if one of those is closed.
        child[stream] = try stream == 0 ? reader.duplicate().release() : writer.duplicate().release()
        own[stream] = try stream == 0 ? writer.duplicate().release() : reader.duplicate().release()
        try checked(linux_fcntl(own[stream], F_SETFL, Int(O_NONBLOCK)), "set up pipe")
    }

    /// Closes the child's ends here, otherwise the streams would never end.
    mutating func closeChildEnds() {
        for stream in 0..<3 { Self.close(&child[stream]) }
    }

    private static func close(_ descriptor: inout Int32) {
        if descriptor >= 0 { _ = linux_close(descriptor) }
        descriptor = -1
    }

    /// Writes all input and reads all output, in whatever order the program processes them.
    ///
    /// - Parameter silence: the longest time in seconds without any byte in either direction; nil for no limit.
    mutating func exchange(
        _ input: [UInt8], limit: Int, silence: Int32? = nil
    ) throws(LinuxError) -> (output: [UInt8], errors: [UInt8]) {
        let timeout = silence.map { $0.multipliedReportingOverflow(by: 1000).partialValue } ?? -1
        var collected: [[UInt8]] = [[], [], []]
        var written = 0
        if input.isEmpty { Self.close(&own[0]) }
        while own.contains(where: { $0 >= 0 }) {
            // poll(2) ignores negative descriptors.
            var polled = own.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            polled[0].events = Int16(POLLOUT)
            let ready = poll(&polled, 3, timeout)
            if ready == 0 { throw LinuxError("wait for output of", code: ETIMEDOUT) }
            if ready < 0, errno != EINTR { throw LinuxError("poll", code: errno) }
            if ready < 0 { continue }
            if polled[0].revents != 0 {
                written += try write(input[written...])
                if written == input.count { Self.close(&own[0]) }
            }
            for stream in 1...2 where polled[stream].revents != 0 {
                if try !read(stream, into: &collected[stream]) { Self.close(&own[stream]) }
                if collected[stream].count > limit { throw LinuxError("read output of", code: EFBIG) }
            }
        }
        return (collected[1], collected[2])
    }

    /// The number of bytes consumed; all of them if the program no longer reads.
    private func write(_ bytes: ArraySlice<UInt8>) throws(LinuxError) -> Int {
        let count = bytes.withUnsafeBytes { linux_write_unsignalled(own[0], $0.baseAddress, $0.count) }
        if count == -Int(EPIPE) { return bytes.count }
        if count == -Int(EAGAIN) { return 0 }
        return try checked(count, "write input of")
    }

    /// False at the end of the stream.
    private func read(_ stream: Int, into bytes: inout [UInt8]) throws(LinuxError) -> Bool {
        var count = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, length in
            count = linux_read(own[stream], buffer.baseAddress, buffer.count)
            length = max(count, 0)
        }
        if count == -Int(EAGAIN) { return true }
        try checked(count, "read output of")
        bytes += chunk
        return count > 0
    }
}
