import Glibc
package import LinuxSystem

/// Copies a directory recursively to a new one: owners, modes, times, extended attributes, hard links, devices; file
/// content by sharing extents if the file system supports that. Never follows symbolic links. Skips sockets.
package final class TreeCopy {
    private struct Identity: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    private let source: RootedDirectory
    private let target: RootedDirectory
    private var firstNames: [Identity: [CChar]] = [:]
    /// Directories whose content is still to be copied, as paths relative to the root.
    private var pending: [[CChar]] = []
    /// Created directories; their times are set once nothing more is added to them.
    private var made: [(path: [CChar], status: FileStatus)] = []

    /// Creates the directory `to`, which must not exist.
    package convenience init(from: String, to: String) throws {
        try self.init(from: RootedDirectory(opening: from), to: to)
    }

    /// Creates the directory `to`, which must not exist.
    package init(from: consuming RootedDirectory, to: String) throws {
        source = from
        try Files.makeDirectory(to, mode: 0o700)
        target = try RootedDirectory(opening: to)
    }

    /// Copies everything. Must be called only once.
    package func run() throws {
        pending = [[0]]
        while let path = pending.popLast() { try copyDirectory(path) }
        for directory in made.reversed() {
            let fd = try open(directory.path, in: target)
            try Files.setTimes(
                fd: fd.raw, access: directory.status.access, modification: directory.status.modification)
        }
    }

    private func open(_ path: [CChar], in root: borrowing RootedDirectory) throws -> OwnedFD {
        try root.openNoSymlinks(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    }

    /// Copies a directory's own attributes and its files; subdirectories are created and queued.
    private func copyDirectory(_ path: [CChar]) throws {
        let from = try open(path, in: source)
        let to = try open(path, in: target)
        let status = try from.status()
        for entry in try Files.entries(of: from) {
            let status = try Files.status(at: from.raw, entry.name)
            let below = path == [0] ? entry.name : path.dropLast() + [CChar(bitPattern: 0x2F)] + entry.name
            try copy(entry.name, status, from: from.raw, to: to.raw, path: below)
        }
        try Files.changeOwner(fd: to.raw, uid: status.uid, gid: status.gid)
        try Files.changeMode(fd: to.raw, mode: status.permissions)
        try copyAttributes(from: from.raw, to: to.raw)
        made.append((path, status))
    }

    private func copy(_ name: [CChar], _ status: FileStatus, from: Int32, to: Int32, path: [CChar]) throws {
        if status.kind != .directory, status.links > 1 {
            let identity = Identity(device: status.device, inode: status.inode)
            if let first = firstNames[identity] {
                try Files.link(at: target.fd, first, to: to, name)
                return
            }
            firstNames[identity] = path
        }
        switch status.kind {
        case .directory:
            try Files.makeDirectory(at: to, name, mode: 0o700)
            pending.append(path)
            return
        case .regular:
            try copyFile(name, status, from: from, to: to)
            return
        case .socket:
            return
        case .symlink:
            let held = try Files.readSymlink(at: from, name).map { CChar(bitPattern: $0) } + [0]
            try Files.symlink(target: held, at: to, name)
        case .fifo:
            try Files.makeFifo(at: to, name, mode: status.permissions)
        case .characterDevice, .blockDevice:
            try Files.makeNode(
                at: to, name, mode: status.mode, major: status.deviceMajor, minor: status.deviceMinor)
        }
        try Files.changeOwner(at: to, name, uid: status.uid, gid: status.gid)
        if status.kind != .symlink { try Files.changeMode(at: to, name, mode: status.permissions) }
        try copyAttributes(of: name, from: from, to: to)
        try Files.setTimes(at: to, name, access: status.access, modification: status.modification)
    }

    private func copyFile(_ name: [CChar], _ status: FileStatus, from: Int32, to: Int32) throws {
        let old = try OwnedFD.open(at: from, name, O_RDONLY | O_NOFOLLOW)
        let new = try OwnedFD.open(at: to, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        try Files.cloneOrCopy(from: old, to: new)
        try Files.changeOwner(fd: new.raw, uid: status.uid, gid: status.gid)
        try Files.changeMode(fd: new.raw, mode: status.permissions)
        try copyAttributes(from: old.raw, to: new.raw)
        try Files.setTimes(fd: new.raw, access: status.access, modification: status.modification)
    }

    private func copyAttributes(from: Int32, to: Int32) throws {
        for name in try ExtendedAttributes.list(fd: from) {
            let name = name.map { CChar(bitPattern: $0) } + [0]
            guard let value = try ExtendedAttributes.get(name, fd: from) else { continue }
            try tolerating { () throws(LinuxError) in try ExtendedAttributes.set(name, value: value, fd: to) }
        }
    }

    /// For files that cannot be opened: symbolic links and devices.
    private func copyAttributes(of name: [CChar], from: Int32, to: Int32) throws {
        let old = Array("/proc/self/fd/\(from)/".utf8CString.dropLast()) + name
        let new = Array("/proc/self/fd/\(to)/".utf8CString.dropLast()) + name
        for attribute in try ExtendedAttributes.list(old) {
            let attribute = attribute.map { CChar(bitPattern: $0) } + [0]
            guard let value = try ExtendedAttributes.get(attribute, of: old) else { continue }
            try tolerating { () throws(LinuxError) in try ExtendedAttributes.set(attribute, value: value, of: new) }
        }
    }

    /// Labels that only the system's owner may set are not part of the layer's content.
    private func tolerating(_ set: () throws(LinuxError) -> Void) throws {
        do throws(LinuxError) {
            try set()
        } catch {
            if error.code != EPERM, error.code != ENOTSUP { throw error }
        }
    }
}
