import Glibc
import LinuxSystem

/// Writes a container's output to its log in Podman's `k8s-file` format: on each line the time, the stream, `F` or, where
/// no end of line was written, `P`, and the text.
struct ContainerLogWriter: ~Copyable {
    private let path: String
    private let limit: Int64
    private var file: OwnedFD
    private var size: Int64

    /// - Parameter limit: the size at which a new file is begun, in bytes; only the previous one is kept, as `PATH.1`.
    init(_ path: String, limit: Int64?) throws(LinuxError) {
        let opened = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
        let length = try opened.status().size
        self.path = path
        self.limit = limit ?? .max
        size = length
        file = opened
    }

    /// Appends output. What a full disk has no room for is lost; a line is never written in part.
    mutating func append(_ bytes: ArraySlice<UInt8>, ofError isError: Bool) {
        let head = Array("\(Clock.rfc3339(Clock.now())) \(isError ? "stderr" : "stdout") ".utf8)
        var text: [UInt8] = []
        var rest = bytes
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let length = text.count + head.count + rest.distance(from: rest.startIndex, to: end ?? rest.endIndex) + 3
            if size + Int64(text.count) > 0, size.addingSaturated(Int64(length)) > limit {
                write(text)
                text = []
                rotate()
            }
            text += head + [UInt8(ascii: end == nil ? "P" : "F"), UInt8(ascii: " ")] + rest[..<(end ?? rest.endIndex)]
            text.append(UInt8(ascii: "\n"))
            rest = end.map { rest[($0 + 1)...] } ?? []
        }
        write(text)
    }

    private mutating func write(_ text: [UInt8]) {
        do throws(LinuxError) {
            try file.writeAll(text)
            size = size.addingSaturated(Int64(text.count))
        } catch {
            _ = ftruncate(file.raw, off_t(size))
        }
    }

    private mutating func rotate() {
        do throws(LinuxError) {
            try Files.rename(path, path + ".1")
            file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
            size = 0
        } catch {
            // The file grows on.
        }
    }
}
