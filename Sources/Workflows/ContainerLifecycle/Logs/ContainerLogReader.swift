import ContainerStore
import Glibc
package import LinuxSystem

/// An entry of a container's log.
package struct ContainerLogEntry: Sendable, Equatable {
    /// As written.
    package let timestamp: String
    package let time: FileTime
    package let isError: Bool
    /// Whether the line continues in the stream's next entry.
    package let isPartial: Bool
    package let text: [UInt8]

    /// Parses a line without its end; nil for anything that is not of the format.
    package init?(_ line: ArraySlice<UInt8>) {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[2].count == 1 else { return nil }
        timestamp = String(decoding: parts[0], as: UTF8.self)
        let stream = String(decoding: parts[1], as: UTF8.self)
        guard let time = Clock.parseRFC3339(timestamp), stream == "stdout" || stream == "stderr" else { return nil }
        self.time = time
        isError = stream == "stderr"
        isPartial = parts[2].first == UInt8(ascii: "P")
        text = Array(parts[3])
    }
}

/// Reads a container's log, the previous file included, and what is appended to it.
package struct ContainerLogReader: ~Copyable {
    private let path: String
    private var file: OwnedFD?
    private var rest: [UInt8] = []
    /// How long a line may be: entries hold at most one read of the container's output.
    private static let longestLine = 1 << 16

    package init(_ path: String) { self.path = path }

    /// The entries that were added since the last call; all at the first.
    package mutating func read(_ body: (ContainerLogEntry) throws -> Void) throws {
        if file == nil {
            if let previous = try Self.open(path + ".1") { try readAll(previous, body) }
            rest = []
            file = try Self.open(path)
        }
        guard let current = file.take() else { return }
        try readAll(current, body)
        if let now = try Files.statusIfPresent(path), now.inode != (try current.status().inode) {
            try readAll(current, body)
            rest = []
            if let next = try Self.open(path) {
                try readAll(next, body)
                file = consume next
                return
            }
        }
        file = consume current
    }

    private static func open(_ path: String) throws -> OwnedFD? {
        do throws(LinuxError) {
            return try OwnedFD.open(path, O_RDONLY)
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    private mutating func readAll(_ file: borrowing OwnedFD, _ body: (ContainerLogEntry) throws -> Void) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
            if count == 0 { return }
            rest += buffer[..<count]
            var start = rest.startIndex
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                if let entry = ContainerLogEntry(rest[start..<end]) { try body(entry) }
                start = end + 1
            }
            rest.removeFirst(start)
            if rest.count > Self.longestLine { rest = [] }
        }
    }
}
