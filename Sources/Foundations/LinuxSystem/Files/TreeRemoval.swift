import CLinux
import Glibc

/// Empties one directory without recursion. Deep levels give their descriptors back and are reopened through `..`,
/// which is checked to be the directory that was left: a tree that someone moves meanwhile ends the removal.
struct TreeRemoval: ~Copyable {
    /// How many levels may keep their descriptor open.
    private static let openLevels = 64
    /// How often a directory may turn out not to be empty although nothing was left to remove in it.
    private static let fruitlessPasses = 3

    private struct Level {
        let device, inode: UInt64
        /// Its name in the level above.
        let name: [CChar]
        /// Subdirectories that are still to be emptied and removed.
        var pending: [[CChar]] = []
        var fruitlessPasses = 0
        /// Whether the last pass over the directory removed anything.
        var progressed = true
    }

    private var levels: [Level] = []
    /// Descriptors of the levels from the top down to the current one; -1 where given back.
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

    /// Removes everything below the directory, which itself stays.
    mutating func run() throws(LinuxError) {
        while let depth = levels.indices.last {
            if let name = levels[depth].pending.popLast() {
                try enter(at: descriptors[depth], name)
            } else if try !removeBatch(depth) {
                try leave()
            }
        }
    }

    /// Removes the files of one pass over the current directory and notes its subdirectories; false when it is empty.
    private mutating func removeBatch(_ depth: Int) throws(LinuxError) -> Bool {
        let directory = descriptors[depth]
        var entries: [DirectoryEntry] = []
        if try !reader.readBatch(of: directory, into: &entries) {
            // Entries may be skipped when others are removed while reading: look again until a pass finds none.
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
                // Only where the kind is unknown, or has just changed, may it be a directory all the same.
                guard result == -EISDIR || (result == -EPERM && entry.kind == nil) else {
                    throw LinuxError("remove", display(entry.name), code: -result)
                }
            }
            levels[depth].pending.append(entry.name)
        }
        return true
    }

    /// Goes down into a directory.
    private mutating func enter(at parent: Int32, _ name: UnsafePointer<CChar>) throws(LinuxError) {
        let directory = try Self.openDirectory(at: parent, name)
        let status = try directory.status()
        // Without write and search permission nothing inside can be removed. If it is not ours, the removal says so.
        if status.mode & 0o300 != 0o300 { _ = linux_fchmod(directory.raw, status.permissions | 0o700) }
        levels.append(Level(device: status.device, inode: status.inode, name: Self.copy(name)))
        descriptors.append(directory.release())
        let given = descriptors.count - 1 - Self.openLevels
        // The top stays open: it is where everything hangs.
        if given > 0, descriptors[given] >= 0 {
            _ = linux_close(descriptors[given])
            descriptors[given] = -1
        }
    }

    /// Goes up from an emptied directory and removes it; the top is left to the caller.
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
            // Someone put something in meanwhile. Bounded, so that two writers do not go on for ever.
            levels[depth].fruitlessPasses += 1
            if levels[depth].fruitlessPasses <= Self.fruitlessPasses {
                levels[depth].pending.append(level.name)
                return
            }
        default: break
        }
        throw LinuxError("remove", display(level.name), code: -result)
    }

    /// Opens a directory for reading, making it accessible first where it is the caller's.
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
        // The nearest levels are enough to find it; a hostile depth would make an endless message.
        let below = levels.dropFirst().suffix(8).map(\.name) + [name]
        let text = below.map { String(decoding: $0.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self) }
        return ([levels.count > 9 ? path + "/..." : path] + text).joined(separator: "/")
    }
}
