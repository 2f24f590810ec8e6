import TarArchive

/// Where the content of each file of an archive lies. Links inside the archive are followed.
struct ArchiveIndex: Sendable {
    private enum Entry: Sendable {
        case file(Range<Int64>)
        /// To the entry of this name, cleaned up.
        case link(String)
    }

    /// By name, cleaned up: no leading slash or period, no `..`.
    private var entries: [String: Entry] = [:]

    /// More entries than any image archive has.
    private static let limits: TarLimits = {
        var limits = TarLimits()
        limits.maximumEntries = 1_000_000
        return limits
    }()

    /// Reads the headers of `file`, and nothing of what lies between them.
    init(of file: SharedFile) throws {
        let cursor = HeaderCursor(file)
        let reader = TarReader(read: { try cursor.read(into: $0) }, limits: Self.limits, segmentObserver: cursor)
        while let entry = try reader.next() {
            guard let name = Self.clean(entry.name, relativeTo: "") else { continue }
            switch entry.kind {
            case .regular where entry.sparse == nil:
                guard entry.size <= file.size - cursor.offset else {
                    throw TransportError(.malformed, "truncated within \(name)", at: file.path)
                }
                entries[name] = .file(cursor.offset..<cursor.offset + entry.size)
                cursor.skipContent(entry.size)
            case .symlink:
                entries[name] = Self.clean(entry.linkTarget, relativeTo: name).map { .link($0) }
            case .hardLink:
                entries[name] = Self.clean(entry.linkTarget, relativeTo: "").map { .link($0) }
            default: continue
            }
        }
    }

    /// The place of the content of `name`; nil when there is no such file.
    func content(of name: String) -> Range<Int64>? {
        guard var current = Self.clean(Array(name.utf8), relativeTo: "") else { return nil }
        // As many links as the kernel would follow.
        for _ in 0..<40 {
            switch entries[current] {
            case .file(let range): return range
            case .link(let target): current = target
            case nil: return nil
            }
        }
        return nil
    }

    /// `path` without `.`, `..` and needless slashes, starting from the directory of `base`; nil when it is empty, not
    /// UTF-8 or leads out of the archive.
    private static func clean(_ path: [UInt8], relativeTo base: String) -> String? {
        guard let text = String(validating: path, as: UTF8.self) else { return nil }
        var parts = text.hasPrefix("/") ? [] : base.split(separator: "/").dropLast()
        for part in text.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "/")
    }
}

/// Feeds a tar reader with headers. Content that is to be skipped is not read from the file: the reader gets whatever
/// its buffer holds.
private final class HeaderCursor: TarSegmentObserver {
    private let file: SharedFile
    /// How far the reader has read.
    private var position: Int64 = 0
    /// Where headers go on.
    private var skipEnd: Int64 = 0
    /// How far the reader has taken the archive apart: at the current entry's content when its headers were seen.
    private(set) var offset: Int64 = 0

    init(_ file: SharedFile) {
        self.file = file
    }

    func skipContent(_ size: Int64) {
        skipEnd = offset + size
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if position < skipEnd {
            let count = Int(min(Int64(buffer.count), skipEnd - position))
            position += Int64(count)
            return count
        }
        let count = try file.read(into: buffer, at: position)
        position += Int64(count)
        return count
    }

    func raw(_ bytes: UnsafeRawBufferPointer) { offset += Int64(bytes.count) }
    func content(_ bytes: UnsafeRawBufferPointer) { offset += Int64(bytes.count) }
    func entry(name: [UInt8], size: Int64) {}
    func endOfArchive() {}
}
