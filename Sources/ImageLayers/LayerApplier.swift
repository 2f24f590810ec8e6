import CLinux
import ContentDigest
import Glibc
import LinuxSystem
package import StreamCompression
import TarArchive

/// Applies a layer's archive to a directory, in one streaming pass.
///
/// No entry can touch anything outside the directory: parents are resolved by the kernel with the directory as
/// their root (`openat2`, RESOLVE_IN_ROOT), and the last component is never followed. Entries replace what lies
/// there; a directory onto a directory takes over its attributes. Directory times are set last.
package final class LayerApplier {
    let root: RootedDirectory
    let rootPath: String
    let prefix: [UInt8]
    let options: ApplyOptions
    let buffer: UnsafeMutableRawBufferPointer
    var uids: Set<UInt32> = []
    var gids: Set<UInt32> = []
    var entryCount = 0
    /// Paths that this layer has made, kept only where whiteouts remove (vfs): a layer's own files survive its
    /// whiteouts wherever those stand in the archive.
    var appliedHere: Set<[CChar]> = []

    /// The directory that the previous entry lay in, kept open: archives list siblings together.
    private var parentPath: [CChar] = []
    private var parentFD: Int32 = -1
    private var directoryTimes: [(path: [CChar], modification: FileTime)] = []

    /// - Parameters:
    ///   - directory: the root that nothing leaves.
    ///   - prefix: where below the root the archive's names begin; it must exist.
    package init(directory: String, prefix: [UInt8] = [], options: ApplyOptions) throws {
        root = try RootedDirectory(opening: directory)
        rootPath = directory
        self.prefix = prefix
        self.options = options
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
    }

    deinit {
        if parentFD >= 0 { _ = Glibc.close(parentFD) }
        buffer.deallocate()
    }

    /// Applies the whole of an uncompressed archive.
    ///
    /// - Parameters:
    ///   - archive: the uncompressed tar.
    ///   - tarSplit: takes the uncompressed tar-split lines that, together with the files, give the archive back.
    /// - Throws: ``LayerError``, `TarError`, or what the source throws. What was applied so far stays: the caller
    ///   throws the directory away.
    package func apply(_ archive: any ByteSource, tarSplit: (any ByteSink)? = nil) throws -> LayerFacts {
        let digester = SHA256Stream()
        var observer: TarSplitWriter?
        if let tarSplit { observer = TarSplitWriter { try tarSplit.write($0) } }
        let reader = TarReader(
            read: { destination in
                let count = try archive.read(into: destination)
                digester.update(UnsafeRawBufferPointer(rebasing: destination[..<count]))
                return count
            }, segmentObserver: observer)
        while let entry = try reader.next() {
            try apply(entry, reader: reader)
        }
        try observer?.finish()
        try setDirectoryTimes()
        return LayerFacts(
            diffID: digester.finalize(), size: digester.byteCount, uids: uids.sorted(), gids: gids.sorted(),
            entryCount: entryCount)
    }

    private func apply(_ entry: TarEntry, reader: TarReader) throws {
        entryCount += 1
        let path = try EntryPath(cleaning: entry.name, below: prefix)
        if path.isRoot {
            guard entry.kind == .directory else {
                throw LayerError(.malformed, "the root is not a directory", entry: entry.displayName)
            }
            try setAttributes(ofRoot: entry)
            return
        }
        let parent = try openParent(path, of: entry)
        if options.whiteouts != .literal {
            switch WhiteoutName.read(path.baseBytes) {
            case .ordinary: break
            case .bookkeeping: return
            case .invalid: throw LayerError(.malformed, "a whiteout of nothing", entry: entry.displayName)
            case .opaqueDirectory: return try makeOpaque(parent, path, entry)
            case .deletion(let name): return try whiteOut(name, in: parent, path, entry)
            }
        }
        if options.whiteouts == .removing { appliedHere.insert(path.whole) }
        try make(entry, path, in: parent, reader: reader)
    }

    // MARK: Parents

    private func openParent(_ path: EntryPath, of entry: TarEntry) throws -> Int32 {
        if parentFD >= 0, parentPath == path.parent { return parentFD }
        forgetParent()
        do throws(LinuxError) {
            parentFD = try root.open(path.parent, OpenFlags.path | O_DIRECTORY).release()
        } catch where error.code == ENOENT {
            parentFD = try makeMissingParents(path.parent, entry)
        } catch {
            throw LayerError(.system, "cannot open its directory", entry: entry.displayName, cause: error)
        }
        parentPath = path.parent
        return parentFD
    }

    func forgetParent() {
        if parentFD >= 0 { _ = Glibc.close(parentFD) }
        parentFD = -1
        parentPath = []
    }

    /// Makes the directories that the archive implies but does not list, with the attributes of the lower layers'
    /// directories where there are any.
    private func makeMissingParents(_ path: [CChar], _ entry: TarEntry) throws -> Int32 {
        var components = path.dropLast().split(separator: 0x2f).map(Array.init)
        var made: [CChar] = []
        var fd: Int32 = -1
        while !components.isEmpty {
            if !made.isEmpty { made[made.count - 1] = 0x2f }
            made += components.removeFirst() + [0]
            if fd >= 0 { _ = Glibc.close(fd) }
            fd = try openOrMakeDirectory(made, entry)
        }
        return fd
    }

    private func openOrMakeDirectory(_ path: [CChar], _ entry: TarEntry) throws -> Int32 {
        do throws(LinuxError) {
            return try root.open(path, OpenFlags.path | O_DIRECTORY).release()
        } catch where error.code == ENOENT {
            let split = try EntryPath(cleaning: path.dropLast().map { UInt8(bitPattern: $0) })
            let parent = try root.open(split.parent, OpenFlags.path | O_DIRECTORY)
            let (mode, uid, gid) = inheritedAttributes(path)
            try check(mkdirat(parent.raw, split.base, 0o700), "mkdir", entry)
            let opened = try root.open(path, O_RDONLY | O_DIRECTORY)
            _ = fchown(opened.raw, uid, gid)
            try check(fchmod(opened.raw, mode), "chmod", entry)
            return opened.release()
        } catch {
            throw LayerError(.system, "cannot open its directory", entry: entry.displayName, cause: error)
        }
    }

    private func inheritedAttributes(_ path: [CChar]) -> (mode: UInt32, uid: UInt32, gid: UInt32) {
        for lower in options.lowerDirectories {
            guard let directory = try? RootedDirectory(opening: lower),
                let found = try? directory.open(path, OpenFlags.path | O_NOFOLLOW), let status = try? found.status(),
                status.kind == .directory
            else { continue }
            return (status.mode & 0o7777, status.uid, status.gid)
        }
        return (0o755, 0, 0)
    }

    // MARK: Directory times

    /// Directory times are kept until everything lies in them, since each new file changes them.
    func rememberTimes(of path: [CChar], _ modification: FileTime) {
        directoryTimes.append((path, modification))
    }

    private func setDirectoryTimes() throws {
        forgetParent()
        for (path, modification) in directoryTimes.reversed() {
            guard let fd = try? root.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { continue }
            var times = [timespec(modification), timespec(modification)]
            _ = futimens(fd.raw, &times)
        }
        directoryTimes = []
    }

    func check(_ result: Int32, _ operation: String, _ entry: TarEntry) throws(LayerError) {
        if result != 0 { throw failure(operation, entry) }
    }

    /// The error of the system call that has just failed.
    func failure(_ operation: String, _ entry: TarEntry) -> LayerError {
        LayerError(
            .system, "cannot be applied", entry: entry.displayName,
            cause: LinuxError(operation, entry.displayName, code: errno))
    }
}

extension timespec {
    init(_ time: FileTime) {
        self.init(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
    }
}

extension TarEntry {
    /// The name for messages: repaired where it is not UTF-8.
    var displayName: String { String(decoding: name, as: UTF8.self) }
}
