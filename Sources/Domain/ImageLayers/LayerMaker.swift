import ContentDigest
import Glibc
package import LinuxSystem
package import StreamCompression
import TarArchive

/// Creates a layer's archive from a directory, in one streaming pass that also yields diff ID, size and tar-split.
///
/// The archive depends only on the directory's content: names in byte order, every directory before its contents, no
/// user or group names, times in whole seconds. Sockets are skipped. Nothing outside the directory is read.
package final class LayerMaker {
    /// What the directory contains.
    package enum Content: Sendable {
        /// An overlay upper directory: only the changes, with the kernel's whiteouts.
        case overlayUpper(userXattr: Bool)
        /// A whole file system, to be compared with the one it was copied from; nil for no comparison.
        case wholeTree(parent: String?)
    }

    /// Options for the archive.
    package struct Options: Sendable {
        /// The entries' modification times.
        package var modification: ModificationTimes
        /// Mode and owner of the parent layer's root directory. If the directory's own differ, the archive has an entry
        /// for the root; nil: never.
        package var parentRoot: FileStatus?
        /// Whether files whose time `modification` changes also get it in the directory.
        package var setsTimes: Bool
        /// Files from elsewhere, at the end of the archive.
        package var additions: [Addition]
        /// Sees everything that the archive contains; nil for nobody.
        package var observer: (any LayerContentObserver)?

        package init(
            modification: ModificationTimes = .own, parentRoot: FileStatus? = nil, setsTimes: Bool = false,
            additions: [Addition] = [], observer: (any LayerContentObserver)? = nil
        ) {
            self.modification = modification
            self.parentRoot = parentRoot
            self.setsTimes = setsTimes
            self.additions = additions
            self.observer = observer
        }
    }

    let content: Content
    let options: Options
    let root: RootedDirectory
    let parentRoot: RootedDirectory?
    let writer: TarWriter
    private let digest: ParallelDigest
    let buffer: UnsafeMutableRawBufferPointer
    private var uids: Set<UInt32> = []
    private var gids: Set<UInt32> = []
    private var lastOwner: (uid: Int64, gid: Int64) = (-1, -1)
    private var entryCount = 0
    /// Bytes of the files so far that take no place on the disk.
    var holes: Int64 = 0
    /// First names of files with several, by device and inode.
    var firstNames: [FileIdentity: [UInt8]] = [:]
    /// Ancestors of the current position without an entry yet: they get one only if something in them has changed
    /// (comparison with a parent).
    var pendingDirectories: [TarEntry] = []
    private let observer: TarSplitWriter?
    private let bookkeeping: OverlayBookkeeping

    /// - Parameters:
    ///   - directory: the directory to read.
    ///   - archive: receives the archive's bytes; nil to only hash them.
    ///   - tarSplit: receives the uncompressed tar-split lines.
    package init(
        directory: String, content: Content, options: Options = Options(),
        archive: ((UnsafeRawBufferPointer) throws -> Void)? = nil, tarSplit: (any ByteSink)? = nil
    ) throws {
        self.content = content
        self.options = options
        root = try RootedDirectory(opening: directory)
        if case .wholeTree(let parent?) = content {
            parentRoot = try RootedDirectory(opening: parent)
        } else {
            parentRoot = nil
        }
        let digest = ParallelDigest()
        self.digest = digest
        var observer: TarSplitWriter?
        if let tarSplit { observer = TarSplitWriter { try tarSplit.write($0) } }
        self.observer = observer
        writer = TarWriter(
            write: { bytes in
                try digest.update(bytes)
                try archive?(bytes)
            }, segmentObserver: observer)
        bookkeeping = OverlayBookkeeping(content)
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
    }

    deinit {
        buffer.deallocate()
    }

    /// Writes the whole archive. Call it once.
    ///
    /// An `entryCount` of 0 in the result means that nothing has changed.
    package func make() throws -> LayerMeasurements {
        try writeRoot()
        try walk()
        for addition in options.additions { try write(addition) }
        try writer.finish()
        try observer?.finish()
        let (diffID, size) = try digest.finish()
        return LayerMeasurements(
            diffID: diffID, size: size, uids: uids.sorted(), gids: gids.sorted(), entryCount: entryCount)
    }

    private func writeRoot() throws {
        guard let parent = options.parentRoot else { return }
        let fd = try root.open(".", O_RDONLY | O_DIRECTORY)
        let status = try fd.status()
        guard status.mode != parent.mode || status.uid != parent.uid || status.gid != parent.gid else { return }
        try emit(entry(named: Array("./".utf8), kind: .directory, status, xattrs: attributes(of: fd.raw, []).carried))
    }

    // MARK: Entries

    /// Writes an entry without content, preceded by its pending parent directories.
    func emit(_ entry: TarEntry) throws {
        try begin(entry)
        try writer.end()
    }

    func begin(_ entry: TarEntry) throws {
        if !pendingDirectories.isEmpty {
            let directories = pendingDirectories
            pendingDirectories = []
            for directory in directories { try emit(directory) }
        }
        try options.observer?.begin(entry)
        entryCount += 1
        if lastOwner != (entry.uid, entry.gid) {
            lastOwner = (entry.uid, entry.gid)
            if let uid = UInt32(exactly: entry.uid) { uids.insert(uid) }
            if let gid = UInt32(exactly: entry.gid) { gids.insert(gid) }
        }
        try writer.begin(entry)
    }

    func entry(
        named name: [UInt8], kind: TarEntryKind, _ status: FileStatus, xattrs: [(name: [UInt8], value: [UInt8])] = []
    ) -> TarEntry {
        var entry = TarEntry(name: name, kind: kind)
        entry.mode = status.mode & 0o7777
        entry.uid = Int64(status.uid)
        entry.gid = Int64(status.gid)
        let time = options.modification.time(of: status.modification)
        // Whole seconds, as in the layers of related tools: a fraction takes an extended header for each file.
        entry.modification = (seconds: time.seconds, nanoseconds: 0)
        entry.xattrs = xattrs
        return entry
    }

    /// A file's extended attributes, interpreted.
    struct Attributes {
        /// Those included in a layer, in order of their names.
        var carried: [(name: [UInt8], value: [UInt8])] = []
        /// Whether a directory hides the contents of lower layers.
        var isOpaque = false
    }

    func attributes(of fd: Int32, _ path: [UInt8]) throws(LayerError) -> Attributes {
        do throws(LinuxError) {
            var attributes = Attributes()
            for name in try ExtendedAttributes.list(fd: fd) {
                let argument = name.map { CChar(bitPattern: $0) } + [0]
                if AttributePolicy.isCarried(name) {
                    guard let value = try value(of: argument, fd) else { continue }
                    attributes.carried.append((name, value))
                } else if bookkeeping.opaque.contains(name) {
                    if try value(of: argument, fd) == [0x79] { attributes.isOpaque = true }
                } else if bookkeeping.indirect.contains(name) {
                    throw LinuxError("read an overlay with redirects", code: ENOTSUP)
                }
            }
            attributes.carried.sort { $0.name.lexicographicallyPrecedes($1.name) }
            return attributes
        } catch {
            throw LayerError(.system, "cannot read its attributes", entry: LayerError.shown(path), cause: error)
        }
    }

    private func value(of name: [CChar], _ fd: Int32) throws(LinuxError) -> [UInt8]? {
        do throws(LinuxError) {
            return try ExtendedAttributes.get(name, fd: fd)
        } catch {
            // A file capability of another user namespace: it has no effect here.
            if error.code == EOVERFLOW { return nil }
            throw error
        }
    }
}

/// The attributes in which overlayfs keeps its state in an upper directory; none in a whole tree.
private struct OverlayBookkeeping {
    private(set) var opaque: [[UInt8]] = []
    /// Attributes that make the content of a file or directory live under another name.
    private(set) var indirect: [[UInt8]] = []

    init(_ content: LayerMaker.Content) {
        guard case .overlayUpper(let userXattr) = content else { return }
        let prefix = userXattr ? "user.overlay." : "trusted.overlay."
        opaque = ["\(prefix)opaque"].map { Array($0.utf8) }
        if userXattr { opaque.append(Array("user.fuseoverlayfs.opaque".utf8)) }
        indirect = ["\(prefix)redirect", "\(prefix)metacopy"].map { Array($0.utf8) }
    }
}
