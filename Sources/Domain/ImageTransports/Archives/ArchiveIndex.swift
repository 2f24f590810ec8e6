import TarArchive

/// Index of the files' content in an archive. Links inside the archive are followed.
struct ArchiveIndex: Sendable {
    private enum Entry: Sendable {
        case file(Range<Int64>)
        /// To the entry of this normalized name.
        case link(String)
    }

    /// By normalized name: no leading slash or period, no `..`.
    private var entries: [String: Entry] = [:]

    /// A higher limit than any image archive needs.
    private static let limits: TarLimits = {
        var limits = TarLimits()
        limits.maximumEntries = 1_000_000
        return limits
    }()

    /// Reads the headers of `file` and skips the content.
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

    /// The range of the content of `name`; nil when there is no such file.
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

    /// `path` without `.`, `..` and redundant slashes, relative to the directory of `base`; nil when it is empty, not
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

/// Feeds a tar reader with headers. Skipped content is not read from the file: the reader gets whatever its buffer
/// holds.
private final class HeaderCursor: TarSegmentObserver {
    private let file: SharedFile
    /// The reader's file offset.
    private var position: Int64 = 0
    /// The offset at which headers continue.
    private var skipEnd: Int64 = 0
    /// How far the reader has parsed: the start of the current entry's content when its headers were seen.
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
