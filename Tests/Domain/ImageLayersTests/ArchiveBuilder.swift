import Glibc
import LinuxSystem
import StreamCompression
import TarArchive

@testable import ImageLayers

/// Writes small archives; entries belong to the current user by default.
final class ArchiveBuilder {
    private let sink: MemorySink
    private let writer: TarWriter

    init() {
        let sink = MemorySink()
        self.sink = sink
        writer = TarWriter(write: { try sink.write($0) })
    }

    /// Allows names that the writer rejects.
    static func bytes(_ build: (ArchiveBuilder) throws -> Void) throws -> [UInt8] {
        let builder = ArchiveBuilder()
        try build(builder)
        try builder.writer.finish()
        return builder.sink.bytes
    }

    func add(
        _ name: String, _ kind: TarEntryKind, _ content: String = "", _ change: (inout TarEntry) -> Void = { _ in }
    ) throws {
        var entry = TarEntry(name: Array(name.utf8), kind: kind)
        entry.mode = kind == .directory ? 0o755 : 0o644
        entry.uid = Int64(geteuid())
        entry.gid = Int64(getegid())
        entry.size = Int64(content.utf8.count)
        entry.modification = (1_000_000, 0)
        change(&entry)
        try writer.begin(entry)
        try Array(content.utf8).withUnsafeBytes { try writer.write(content: $0) }
        try writer.end()
    }

    func directory(_ name: String, _ change: (inout TarEntry) -> Void = { _ in }) throws {
        try add(name, .directory, "", change)
    }

    func file(_ name: String, _ content: String = "x", _ change: (inout TarEntry) -> Void = { _ in }) throws {
        try add(name, .regular, content, change)
    }

    func symlink(_ name: String, to target: String) throws {
        try add(name, .symlink) { $0.linkTarget = Array(target.utf8) }
    }

    func link(_ name: String, to target: String) throws {
        try add(name, .hardLink) { $0.linkTarget = Array(target.utf8) }
    }

    func whiteout(_ name: String) throws { try file(name, "") }
}

extension ScratchTree {
    /// Applies the archive to this directory.
    @discardableResult
    func apply(
        prefix: String = "", _ style: WhiteoutStyle = .overlay(userXattr: true),
        _ change: (inout ApplyOptions) -> Void = { _ in }, _ build: (ArchiveBuilder) throws -> Void
    ) throws -> LayerMeasurements {
        var options = ApplyOptions(
            whiteouts: style, ignoreUnmappedOwners: geteuid() != 0, makesDevices: geteuid() == 0)
        change(&options)
        let applier = try LayerApplier(directory: path, prefix: Array(prefix.utf8), options: options)
        return try applier.apply(MemorySource(try ArchiveBuilder.bytes(build)))
    }
}

/// The entries of an archive, in order.
func listing(_ archive: [UInt8]) throws -> [TarEntry] {
    let source = MemorySource(archive)
    let reader = TarReader(read: { try source.read(into: $0) })
    var entries: [TarEntry] = []
    while let entry = try reader.next() { entries.append(entry) }
    return entries
}

extension TarEntry {
    var text: String { String(decoding: name, as: UTF8.self) }
}
