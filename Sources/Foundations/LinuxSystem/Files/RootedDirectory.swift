import CLinux
import Glibc

/// A directory that path lookups cannot escape: absolute paths, `..` and symbolic links are resolved as if it were the
/// root (openat2 with `RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS`), regardless of concurrent renames.
package struct RootedDirectory: ~Copyable, Sendable {
    private let root: OwnedFD

    /// Opens the root itself, following symbolic links.
    package init(opening path: UnsafePointer<CChar>) throws(LinuxError) {
        root = try OwnedFD.open(path, LINUX_O_PATH | LINUX_O_DIRECTORY)
    }

    /// Takes ownership of a directory descriptor as the root.
    package init(adopting directory: consuming OwnedFD) {
        root = directory
    }

    /// The root's descriptor (`O_PATH`), valid as long as this value lives.
    package var fd: Int32 { root.raw }

    /// Opens a path inside the root, following symbolic links within it. An empty path is the root.
    package func open(
        _ relative: UnsafePointer<CChar>, _ flags: Int32, mode: UInt32 = 0
    ) throws(LinuxError) -> OwnedFD {
        try open(relative, flags, mode, LINUX_RESOLVE_IN_ROOT | LINUX_RESOLVE_NO_MAGICLINKS)
    }

    /// Resolves a path inside the root, following symbolic links within it. An empty path is the root.
    package func handle(at relative: UnsafePointer<CChar>) throws(LinuxError) -> PathHandle {
        PathHandle(adopting: try open(relative, LINUX_O_PATH))
    }

    /// Opens a relative path; throws `ELOOP` for a symbolic link in any component and `EXDEV` for a path out of the
    /// root.
    package func openNoSymlinks(
        _ relative: UnsafePointer<CChar>, _ flags: Int32, mode: UInt32 = 0
    ) throws(LinuxError) -> OwnedFD {
        try open(relative, flags, mode, LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_NO_SYMLINKS)
    }

    private func open(
        _ relative: UnsafePointer<CChar>, _ flags: Int32, _ mode: UInt32, _ resolve: UInt64
    ) throws(LinuxError) -> OwnedFD {
        // Any concurrent rename during a `..` makes the kernel return EAGAIN; an endless series of them is an attack.
        var attempts = 0
        while true {
            let name = relative.pointee == 0 ? nil : relative
            let flags = flags | LINUX_O_CLOEXEC
            let result =
                if let name {
                    linux_openat2(root.raw, name, flags, mode, resolve)
                } else {
                    linux_openat2(root.raw, ".", flags, mode, resolve)
                }
            attempts += 1
            if result == -EAGAIN, attempts < 128 { continue }
            return OwnedFD(adopting: try checked(result, "open", relative))
        }
    }

    /// Creates a directory and its missing parents, all inside the root, with exactly this mode and owner; existing
    /// ones are unchanged. Symbolic links are followed inside the root; the targets of dangling ones are created.
    /// Returns an `O_PATH` descriptor of the last directory.
    package func makeDirectories(
        _ relative: String, mode: UInt32, uid: UInt32, gid: UInt32
    ) throws(LinuxError) -> OwnedFD {
        try makeDirectories(Array(relative.utf8), mode: mode, uid: uid, gid: gid)
    }

    /// As above, for a path whose names need not be UTF-8.
    package func makeDirectories(
        _ relative: [UInt8], mode: UInt32, uid: UInt32, gid: UInt32
    ) throws(LinuxError) -> OwnedFD {
        var walk = DirectoryWalk(path: relative)
        var current = try open("", LINUX_O_PATH | LINUX_O_DIRECTORY)
        while let component = walk.next() {
            switch component {
            case .root:
                current = try open("", LINUX_O_PATH | LINUX_O_DIRECTORY)
            case .parent:
                // Contains no symbolic links, so the textual parent is the real one.
                current = try openNoSymlinks(walk.resolvedPath, LINUX_O_PATH | LINUX_O_DIRECTORY)
            case .name(let name):
                switch try enter(name, of: current.raw, relative, mode, uid, gid) {
                case .directory(let descriptor):
                    current = OwnedFD(adopting: descriptor)
                    walk.enter(name)
                case .symlink(let target):
                    guard walk.follow(target) else { throw failure(relative, ELOOP) }
                }
            }
        }
        return current
    }

    private func failure(_ path: [UInt8], _ code: Int32) -> LinuxError {
        LinuxError("mkdir", String(decoding: path, as: UTF8.self), code: code)
    }

    private enum Entered {
        /// An `O_PATH` descriptor owned by the receiver.
        case directory(Int32)
        case symlink([UInt8])
    }

    /// Opens or creates one directory, or reads the symbolic link of that name.
    private func enter(
        _ name: [CChar], of parent: Int32, _ path: [UInt8], _ mode: UInt32, _ uid: UInt32, _ gid: UInt32
    ) throws(LinuxError) -> Entered {
        let flags = LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW | LINUX_O_CLOEXEC
        let made = linux_mkdirat(parent, name, mode)
        if made != 0, made != -EEXIST {
            // A read-only or foreign directory returns an error even if the name exists.
            let opened = linux_openat(parent, name, flags, 0)
            if opened >= 0 { return .directory(opened) }
            if let target = try? Files.readSymlink(at: parent, name) { return .symlink(target) }
            throw failure(path, -made)
        }
        let opened = linux_openat(parent, name, flags, 0)
        if opened < 0 {
            if opened == -ENOTDIR || opened == -ELOOP, let target = try? Files.readSymlink(at: parent, name) {
                return .symlink(target)
            }
            throw failure(path, -opened)
        }
        if made == 0 {
            let directory = OwnedFD(adopting: opened)
            let status = try directory.status()
            if status.uid != uid || status.gid != gid {
                try Files.changeOwner(fd: directory.raw, uid: uid, gid: gid)
            }
            // After chown, which clears set-ID bits; also restores bits that the umask removed.
            if status.permissions != mode & 0o7777 {
                try Files.changeMode(pathDescriptor: directory.raw, mode: mode & 0o7777)
            }
            return .directory(directory.release())
        }
        return .directory(opened)
    }
}

/// The textual part of resolving a path component by component.
private struct DirectoryWalk {
    enum Component {
        case root, parent
        case name([CChar])
    }

    /// Remaining components, the next one last.
    private var pending: [[UInt8]]
    private var resolved: [[CChar]] = []
    private var followed = 0

    init(path: [UInt8]) {
        pending = path.split(separator: 0x2F).map(Array.init).reversed()
    }

    mutating func next() -> Component? {
        while let component = pending.popLast() {
            switch component {
            case []:
                resolved = []
                return .root
            case [0x2E]: continue
            case [0x2E, 0x2E]:
                // The parent of the root is the root.
                if resolved.popLast() == nil { continue }
                return resolved.isEmpty ? .root : .parent
            default:
                return .name(component.map { CChar(bitPattern: $0) } + [0])
            }
        }
        return nil
    }

    mutating func enter(_ name: [CChar]) {
        resolved.append(name)
    }

    /// Prepends a link's target to the pending components; false after as many links as the kernel would follow.
    mutating func follow(_ target: [UInt8]) -> Bool {
        followed += 1
        if followed > 40 || target.isEmpty { return false }
        pending += target.split(separator: 0x2F).map(Array.init).reversed()
        // An empty component, which no path contains, means "restart at the root".
        if target.first == 0x2F { pending.append([]) }
        return true
    }

    /// The current path relative to the root, NUL-terminated.
    var resolvedPath: [CChar] {
        Array(resolved.map { $0.dropLast() }.joined(separator: [0x2F])) + [0]
    }
}
