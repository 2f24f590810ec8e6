package import ContentDigest
import Glibc
package import LinuxSystem
import TarArchive

/// The digest printed by `copy` and `add`, identical to Buildah's: the digest of an archive of the copied files without
/// their times, or for several sources, the digest of their digests.
package struct CopyDigest: Sendable {
    /// `file`, `dir`, `multi` for several sources, or empty for a fetched file.
    package let kind: String
    package let digest: Digest
    private let parts: [(kind: String, digest: Digest)]

    /// - Parameters:
    ///   - owner: the owner of everything copied; nil for the files' own.
    ///   - mode: the change of the files' permission bits; nil for none.
    ///   - name: the new name of a single copied file; nil for unchanged.
    ///   - isFetched: whether it comes from a web server: then the archive has its time, and no owner names.
    package init(
        of selection: CopySelection, owner: (uid: UInt32, gid: UInt32)?, mode: ModeChange?, name: String?,
        isFetched: Bool = false
    ) throws {
        var archiver = CopyArchiver(owner: owner, mode: mode, isFetched: isFetched)
        var parts: [(kind: String, digest: Digest)] = []
        for item in selection.items {
            let digest = try archiver.digest(item, in: selection, name: selection.items.count == 1 ? name : nil)
            parts.append((isFetched ? "" : item.isDirectory ? "dir" : "file", digest))
        }
        self.init(parts)
    }

    /// The digest of several copies, in their order.
    package init(joining digests: [CopyDigest]) {
        self.init(digests.flatMap(\.parts))
    }

    private init(_ parts: [(kind: String, digest: Digest)]) {
        self.parts = parts
        if parts.count == 1 {
            (kind, digest) = parts[0]
        } else {
            kind = parts.isEmpty ? "" : "multi"
            let text = parts.map { ($0.kind.isEmpty ? "" : "\($0.kind):") + $0.digest.hex }.joined(separator: ",")
            digest = Digest.sha256(of: Array(text.utf8))
        }
    }
}

/// Writes the archives that are digested.
private struct CopyArchiver {
    let owner: (uid: UInt32, gid: UInt32)?
    let mode: ModeChange?
    let isFetched: Bool
    private var users: [UInt32: [UInt8]] = [:]
    private var groups: [UInt32: [UInt8]] = [:]

    init(owner: (uid: UInt32, gid: UInt32)?, mode: ModeChange?, isFetched: Bool) {
        self.owner = owner
        self.mode = mode
        self.isFetched = isFetched
    }

    mutating func digest(_ item: CopySelection.Item, in selection: CopySelection, name: String?) throws -> Digest {
        let stream = SHA256Stream()
        let writer = TarWriter(write: { stream.update($0) })
        let root = try selection.root.rootedDirectory()
        if item.isDirectory {
            var firstNames: [[UInt64]: [UInt8]] = [:]
            // In the order of a directory walk: each directory's content right after it.
            let ordered = item.descendants.map { ($0.path.split(separator: 0x2f), $0) }.sorted { one, other in
                one.0.lexicographicallyPrecedes(other.0) { $0.lexicographicallyPrecedes($1) }
            }
            for (_, file) in ordered {
                let whole = item.path.isEmpty ? file.path : item.path + [0x2f] + file.path
                try write(whole, as: file.path, file.status, root, &firstNames, to: writer)
            }
        } else {
            var none: [[UInt64]: [UInt8]] = [:]
            try write(item.path, as: name.map { Array($0.utf8) } ?? item.name, item.status, root, &none, to: writer)
        }
        try writer.finish()
        return stream.finalize()
    }

    private mutating func write(
        _ path: [UInt8], as name: [UInt8], _ status: FileStatus, _ root: borrowing RootedDirectory,
        _ firstNames: inout [[UInt64]: [UInt8]], to writer: TarWriter
    ) throws {
        var entry = TarEntry(name: name, kind: .regular)
        entry.mode =
            mode?.applied(to: status.mode, isDirectory: status.kind == .directory) ?? (status.mode & 0o7777)
        entry.uid = Int64(owner?.uid ?? status.uid)
        entry.gid = Int64(owner?.gid ?? status.gid)
        if isFetched {
            entry.modification = (status.modification.seconds, 0)
        } else {
            entry.userName = userName(status.uid)
            entry.groupName = groupName(status.gid)
        }
        entry.deviceMajor = status.kind == .characterDevice || status.kind == .blockDevice ? status.deviceMajor : 0
        entry.deviceMinor = status.kind == .characterDevice || status.kind == .blockDevice ? status.deviceMinor : 0
        let argument = path.map { CChar(bitPattern: $0) } + [0]
        switch status.kind {
        case .regular:
            let identity = [status.device, status.inode]
            if status.links > 1, let first = firstNames[identity] {
                entry.kind = .hardLink
                entry.linkTarget = first
            } else {
                firstNames[identity] = name
                entry.size = status.size
                try writer.begin(entry)
                try copy(root.openNoSymlinks(argument, O_RDONLY | O_NONBLOCK), status.size, to: writer)
                return try writer.end()
            }
        case .directory: entry.kind = .directory
        case .symlink:
            entry.kind = .symlink
            let link = try root.open(argument, OpenFlags.path | O_NOFOLLOW)
            entry.linkTarget = try Files.readSymlink(at: link.raw, "")
        case .fifo: entry.kind = .fifo
        case .characterDevice: entry.kind = .characterDevice
        case .blockDevice: entry.kind = .blockDevice
        case .socket: return
        }
        try writer.begin(entry)
        try writer.end()
    }

    private func copy(_ file: consuming OwnedFD, _ size: Int64, to writer: TarWriter) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        var left = size
        while left > 0 {
            let count = try file.read(into: buffer)
            guard count > 0 else { break }
            let used = Int(min(Int64(count), left))
            try writer.write(content: UnsafeRawBufferPointer(rebasing: buffer[..<used]))
            left -= Int64(used)
        }
    }

    // MARK: Names

    private mutating func userName(_ uid: UInt32) -> [UInt8] {
        if let known = users[uid] { return known }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        var name: [UInt8] = []
        if getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, let text = found?.pointee.pw_name {
            name = Array(String(cString: text).utf8)
        }
        users[uid] = name
        return name
    }

    private mutating func groupName(_ gid: UInt32) -> [UInt8] {
        if let known = groups[gid] { return known }
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: 65536)
        var name: [UInt8] = []
        if getgrgid_r(gid, &entry, &buffer, buffer.count, &found) == 0, let text = found?.pointee.gr_name {
            name = Array(String(cString: text).utf8)
        }
        groups[gid] = name
        return name
    }
}
