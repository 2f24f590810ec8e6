import Glibc
import LinuxSystem
import StreamCompression

/// Reads a range of an open file with pread(2), so that any number of these can share one descriptor.
final class FileRangeSource: ByteSource {
    private let file: SharedFile
    private var position: Int64
    private let end: Int64

    init(_ file: SharedFile, range: Range<Int64>) {
        self.file = file
        position = range.lowerBound
        end = range.upperBound
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let wanted = Int(min(Int64(buffer.count), end - position))
        guard wanted > 0 else { return 0 }
        let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: position)
        guard count > 0 else {
            throw TransportError(.malformed, "the file is \(end - position) bytes too short", at: file.path)
        }
        position += Int64(count)
        return count
    }
}

/// A regular file that stays open for reading as long as it is referenced.
final class SharedFile: Sendable {
    let path: String
    private let descriptor: OwnedFD
    let size: Int64

    /// Takes ownership of `descriptor`; only regular files are accepted, since others never end or have no random
    /// access.
    init(_ descriptor: consuming OwnedFD, path: String) throws(TransportError) {
        let status: FileStatus
        do {
            status = try descriptor.status()
        } catch {
            throw TransportError(.system, error.description, at: path, cause: error)
        }
        guard status.kind == .regular else { throw TransportError(.malformed, "not a regular file", at: path) }
        self.path = path
        size = status.size
        self.descriptor = descriptor
    }

    /// Copies everything from `source` into an unnamed file in `directory`, which vanishes with this object.
    convenience init(spooling source: any ByteSource, in directory: String, path: String) throws {
        let spool = try OwnedFD.open(directory, O_RDWR | BlobWriter.unnamedFile, mode: 0o600)
        try source.copy(to: FileDescriptorSink(fd: spool.raw), bufferSize: 1 << 20)
        try self.init(spool, path: path)
    }

    /// The flags to open with: pipes do not block, and a terminal does not become the controlling one.
    static let openFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(TransportError) -> Int {
        while true {
            let count = pread(descriptor.raw, buffer.baseAddress, buffer.count, Int(offset))
            if count >= 0 { return count }
            if errno != EINTR {
                throw TransportError(.system, "read: \(String(cString: strerror(errno)))", at: path)
            }
        }
    }

    /// The whole range; throws `tooLarge` when it has more than `limit` bytes.
    func read(_ range: Range<Int64>, limit: Int) throws -> [UInt8] {
        guard range.upperBound - range.lowerBound <= Int64(limit) else {
            throw TransportError(
                .tooLarge, "\(range.upperBound - range.lowerBound) bytes, more than \(limit)", at: path)
        }
        return try FileRangeSource(self, range: range).readAll(limit: limit)
    }
}
