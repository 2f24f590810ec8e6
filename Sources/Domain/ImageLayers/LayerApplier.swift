import CLinux
import ContentDigest
import Glibc
package import LinuxSystem
package import StreamCompression
import TarArchive

/// Applies a layer's archive to a directory, in one streaming pass.
///
/// No entry can affect anything outside the directory: the kernel resolves parents with the directory as root
/// (`openat2`, RESOLVE_IN_ROOT), and the last component is never followed. Entries replace existing files; a directory
/// entry for an existing directory updates its attributes. Directory times are set last.
package final class LayerApplier {
    let root: RootedDirectory
    let prefix: [UInt8]
    let options: ApplyOptions
    private(set) var uids: Set<UInt32> = []
    private(set) var gids: Set<UInt32> = []
    private var lastOwner: (uid: Int64, gid: Int64) = (-1, -1)
    private var entryCount = 0
    /// What this layer has created; only kept when whiteouts remove files (vfs).
    var footprint: LayerPathIndex?
    var directoryTimes = DirectoryTimes()
    /// What is left to do once the layers below are known; with `WhiteoutStyle.overlay` only.
    package internal(set) var settlement = LayerSettlement()

    /// The parent directory of the previous entry, kept open: archives list siblings together.
    private var parentPath: [CChar] = []
    private var parentFD: Int32 = -1

    /// - Parameters:
    ///   - directory: the root, which no entry can leave.
    ///   - prefix: the directory below the root that the archive's names are relative to; it must exist. Symbolic links
    ///     in it are followed inside the root.
    package init(directory: String, prefix: [UInt8] = [], options: ApplyOptions) throws {
        root = try RootedDirectory(opening: directory)
        self.prefix = prefix
        self.options = options
        if options.whiteouts == .removing { footprint = try LayerPathIndex(root: root) }
    }

    /// - Parameter root: the directory that no entry can leave. Absolute links are relative to it.
    package init(root: consuming RootedDirectory, options: ApplyOptions) throws {
        self.root = root
        prefix = []
        self.options = options
    }

    deinit {
        forgetParent()
    }

    /// Applies a whole uncompressed archive.
    ///
    /// - Parameters:
    ///   - archive: the uncompressed tar.
    ///   - tarSplit: receives the uncompressed tar-split lines for reassembling the archive from the files.
    ///   - isAlone: whether processors are likely to be idle, so that hashing is better done on a separate thread.
    /// - Throws: ``LayerError``, `TarError`, or whatever the source throws. The caller must then discard the directory,
    ///   which is partly filled.
    package func apply(
        _ archive: any ByteSource, tarSplit: (any ByteSink)? = nil, isAlone: Bool = true
    ) throws -> LayerMeasurements {
        let digest = ParallelDigest(usesThread: isAlone)
        var observer: TarSplitWriter?
        if let tarSplit { observer = TarSplitWriter { try tarSplit.write($0) } }
        try apply(
            TarReader(
                read: { try archive.read(into: $0) }, rawSink: { try digest.update($0) }, segmentObserver: observer))
        try observer?.finish()
        let (diffID, size) = try digest.finish()
        return LayerMeasurements(
            diffID: diffID, size: size, uids: uids.sorted(), gids: gids.sorted(), entryCount: entryCount)
    }

    /// Bytes of holes in an archive whose files become part of a new layer: layers have zeros in their place, which
    /// take time to digest.
    private static let maximumHoles: Int64 = 64 << 30

    /// Applies the whole of an uncompressed archive whose digest nobody asks for.
    ///
    /// - Throws: as `apply`; also for more than 64 GiB of holes in sparse files.
    package func unpack(_ archive: any ByteSource) throws {
        var limits = TarLimits.default
        limits.maximumHoles = Self.maximumHoles
        try apply(TarReader(read: { try archive.read(into: $0) }, limits: limits))
    }

    private func apply(_ reader: TarReader) throws {
        while let entry = try reader.next() {
            try apply(entry, reader: reader)
        }
        forgetParent()
        try directoryTimes.settle(in: root)
    }

    private func apply(_ entry: TarEntry, reader: TarReader) throws {
        entryCount += 1
        let path = try EntryPath(cleaning: entry.name, below: prefix)
        if path.isTop {
            guard entry.kind == .directory else {
                throw LayerError(.malformed, "the root is not a directory", entry: entry.displayName)
            }
            noteOwner(of: entry)
            return try setAttributes(ofTop: entry, path)
        }
        if options.whiteouts != .literal {
            switch WhiteoutName.read(path) {
            case .ordinary: break
            case .bookkeeping: return
            case .invalid: throw LayerError(.malformed, "a whiteout without a name", entry: entry.displayName)
            case .opaqueDirectory: return try makeOpaque(openParent(path, of: entry), path, entry)
            case .deletion(let name):
                try whiteOut(name, in: openParent(path, of: entry), entry)
                if case .overlay = options.whiteouts {
                    let above = path.parent == [0x2e, 0] ? [] : path.parent.dropLast() + [0x2f]
                    try settlement.addWhiteout(above + name)
                }
                return
            }
        }
        noteOwner(of: entry)
        let parent = try openParent(path, of: entry)
        if try make(entry, path, in: parent, reader: reader) { footprint?.place(path.base) }
    }

    /// Records an entry's owner in the archive, whatever owner it is given here.
    private func noteOwner(of entry: TarEntry) {
        if lastOwner == (entry.uid, entry.gid) { return }
        lastOwner = (entry.uid, entry.gid)
        if let uid = UInt32(exactly: entry.uid) { uids.insert(uid) }
        if let gid = UInt32(exactly: entry.gid) { gids.insert(gid) }
    }

    // MARK: Parents

    /// An entry's parent directory, kept open until another one is requested.
    private func openParent(_ path: EntryPath, of entry: TarEntry) throws -> Int32 {
        if parentFD >= 0, parentPath == path.parent { return parentFD }
        forgetParent()
        if footprint != nil {
            parentFD = try openInOwnView(path.parent, entry).release()
            parentPath = path.parent
            try footprint?.enter(parentFD)
            return parentFD
        }
        do throws(LinuxError) {
            parentFD = try root.open(path.parent, OpenFlags.path | O_DIRECTORY).release()
        } catch {
            guard error.isMissing else {
                throw LayerError(.system, "cannot open its parent directory", entry: entry.displayName, cause: error)
            }
            parentFD = try makeMissingParents(path.parent, entry).release()
        }
        parentPath = path.parent
        return parentFD
    }

    private func forgetParent() {
        if parentFD >= 0 { _ = linux_close(parentFD) }
        parentFD = -1
        parentPath = []
    }

    // MARK: Failures

    /// Passes on the result of a system call, unless it is `-errno`.
    @discardableResult
    func check(_ result: Int32, _ operation: String, _ entry: TarEntry) throws(LayerError) -> Int32 {
        if result < 0 { throw failure(operation, entry, -result) }
        return result
    }

    func failure(_ operation: String, _ entry: TarEntry, _ code: Int32) -> LayerError {
        LayerError(
            .system, "cannot be applied", entry: entry.displayName, cause: LinuxError(operation, code: code))
    }
}
