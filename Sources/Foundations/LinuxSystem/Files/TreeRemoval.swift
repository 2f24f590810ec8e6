import CLinux
import Glibc

/// Empties one directory without recursion. At great depth the descriptors of outer levels are closed and reopened
/// through `..`, verifying that it is the same directory: the removal fails if the tree is moved meanwhile.
struct TreeRemoval: ~Copyable {
    /// The maximum number of levels with an open descriptor.
    private static let openLevels = 64
    /// How often removing a directory may fail with "not empty" although nothing was left to remove in it.
    private static let fruitlessPasses = 3

    private struct Level {
        let device, inode: UInt64
        /// The directory's name in its parent.
        let name: [CChar]
        /// Subdirectories still to be emptied and removed.
        var pending: [[CChar]] = []
        var fruitlessPasses = 0
        /// Whether the last pass over the directory removed anything.
        var progressed = true
    }

    private var levels: [Level] = []
    /// Descriptors of the levels from the top to the current one; -1 if closed.
    private var descriptors: [Int32] = []
    private var reader = DirectoryReader()
    private let path: String

    /// Opens the directory to empty.
    init(at directory: Int32, _ name: UnsafePointer<CChar>) throws(LinuxError) {
        path = String(cString: name)
        try enter(at: directory, name)
    }

    deinit {
        for descriptor in descriptors where descriptor >= 0 { _ = linux_close(descriptor) }
    }

    /// Removes everything below the directory, but not the directory itself.
    mutating func run() throws(LinuxError) {
        while let depth = levels.indices.last {
            if let name = levels[depth].pending.popLast() {
                try enter(at: descriptors[depth], name)
            } else if try !removeBatch(depth) {
                try leave()
            }
        }
    }

    /// Removes the files found in one pass over the current directory and records its subdirectories; false if it is
    /// empty.
    private mutating func removeBatch(_ depth: Int) throws(LinuxError) -> Bool {
        let directory = descriptors[depth]
        var entries: [DirectoryEntry] = []
        if try !reader.readBatch(of: directory, into: &entries) {
            // Removals while reading may cause entries to be skipped: repeat until a pass finds none.
            if !levels[depth].progressed { return false }
            levels[depth].progressed = false
            try checked(linux_lseek(directory, 0, SEEK_SET), "read directory", path)
            return true
        }
        for entry in entries {
            levels[depth].progressed = true
            if entry.kind != .directory {
                let result = linux_unlinkat(directory, entry.name, 0)
                if result == 0 || result == -ENOENT { continue }
                // It can only be a directory if its kind is unknown or has just changed.
                guard result == -EISDIR || (result == -EPERM && entry.kind == nil) else {
                    throw LinuxError("remove", display(entry.name), code: -result)
                }
            }
            levels[depth].pending.append(entry.name)
        }
        return true
    }

    /// Descends into a directory.
    private mutating func enter(at parent: Int32, _ name: UnsafePointer<CChar>) throws(LinuxError) {
        let directory = try Self.openDirectory(at: parent, name)
        let status = try directory.status()
        // Removing entries needs write and search permission. If chmod fails, so does the removal, with a better error.
        if status.mode & 0o300 != 0o300 { _ = linux_fchmod(directory.raw, status.permissions | 0o700) }
        levels.append(Level(device: status.device, inode: status.inode, name: Self.copy(name)))
        descriptors.append(directory.release())
        let given = descriptors.count - 1 - Self.openLevels
        // The top stays open: all other levels are reached from it.
        if given > 0, descriptors[given] >= 0 {
            _ = linux_close(descriptors[given])
            descriptors[given] = -1
        }
    }

    /// Returns to the parent of an emptied directory and removes it; the top itself is left to the caller.
    private mutating func leave() throws(LinuxError) {
        guard let level = levels.popLast(), let descriptor = descriptors.popLast() else { return }
        let directory = OwnedFD(adopting: descriptor)
        guard let depth = levels.indices.last else { return }
        if descriptors[depth] < 0 {
            let parent = try OwnedFD.open(at: directory.raw, "..", O_RDONLY | LINUX_O_DIRECTORY)
            let status = try parent.status()
            guard status.device == levels[depth].device, status.inode == levels[depth].inode else {
                throw LinuxError("remove (the tree was moved meanwhile)", path, code: ESTALE)
            }
            descriptors[depth] = parent.release()
        }
        let result = linux_unlinkat(descriptors[depth], level.name, LINUX_AT_REMOVEDIR)
        switch -result {
        case 0, ENOENT: return
        case ENOTEMPTY, EEXIST:
            // Another process added entries meanwhile. Bounded, so that concurrent writers cannot keep this going
            // forever.
            levels[depth].fruitlessPasses += 1
            if levels[depth].fruitlessPasses <= Self.fruitlessPasses {
                levels[depth].pending.append(level.name)
                return
            }
        default: break
        }
        throw LinuxError("remove", display(level.name), code: -result)
    }

    /// Opens a directory for reading, first making it accessible if it belongs to the caller.
    private static func openDirectory(
        at parent: Int32, _ name: UnsafePointer<CChar>
    ) throws(LinuxError) -> OwnedFD {
        let flags = O_RDONLY | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW
        let first = linux_openat(parent, name, flags | LINUX_O_CLOEXEC, 0)
        if first != -EACCES { return OwnedFD(adopting: try checked(first, "open", name)) }
        let handle = try OwnedFD.open(at: parent, name, LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW)
        try Files.changeMode(pathDescriptor: handle.raw, mode: 0o700)
        return try OwnedFD.open(at: parent, name, flags)
    }

    private static func copy(_ name: UnsafePointer<CChar>) -> [CChar] {
        Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1))
    }

    private func display(_ name: [CChar]) -> String {
        // The nearest levels suffice; an adversarial depth would make the message arbitrarily long.
        let below = levels.dropFirst().suffix(8).map(\.name) + [name]
        let text = below.map { String(decoding: $0.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self) }
        return ([levels.count > 9 ? path + "/..." : path] + text).joined(separator: "/")
    }
}
