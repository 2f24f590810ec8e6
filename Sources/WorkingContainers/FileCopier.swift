import Glibc
package import LinuxSystem

/// How copied files are to look.
package struct CopyAttributes: Sendable {
    /// Owner of everything copied; nil: each file's own.
    package var owner: (uid: UInt32, gid: UInt32)?
    /// Permission bits of everything copied; nil: each file's own.
    package var permissions: UInt32?
    /// Modification time of everything copied; nil: each file's own.
    package var modification: FileTime?

    package init(
        owner: (uid: UInt32, gid: UInt32)? = nil, permissions: UInt32? = nil, modification: FileTime? = nil
    ) {
        self.owner = owner
        self.permissions = permissions
        self.modification = modification
    }
}

/// Copies a selection into a container's root file system, which nothing leaves.
///
/// File data is shared with the source where the file system can (reflinks), and otherwise copied in the kernel.
package final class FileCopier {
    private let source: RootedDirectory
    private let target: RootedDirectory
    private let attributes: CopyAttributes
    /// First copies of files that have several names, by device and inode of the source.
    private var firstCopies: [[UInt64]: [CChar]] = [:]
    private var directoryTimes: [(path: [CChar], time: FileTime)] = []

    package init(from selectionRoot: String, to rootfs: String, attributes: CopyAttributes) throws {
        source = try RootedDirectory(opening: selectionRoot)
        target = try RootedDirectory(opening: rootfs)
        self.attributes = attributes
    }

    /// Copies one item to `destination`, which is the file's, or the directory's, own new path.
    ///
    /// A directory's content is merged into a directory that is already there, which keeps its attributes.
    package func copy(_ item: CopySelection.Item, to destination: String) throws {
        let place = Array(destination.utf8).split(separator: 0x2f).map(Array.init).filter { $0 != [0x2e] }
        if item.isDirectory {
            _ = try makeParents(place)
            for descendant in item.descendants {
                let from = item.path.isEmpty ? descendant.path : item.path + [0x2f] + descendant.path
                try copyFile(
                    from, descendant.status, to: place + descendant.path.split(separator: 0x2f).map(Array.init))
            }
        } else {
            try copyFile(item.path, item.status, to: place)
        }
    }

    /// Sets the times of the directories made; call it after the last copy.
    package func finish() throws {
        for (path, time) in directoryTimes.reversed() {
            let fd = try target.open(path, O_RDONLY | O_DIRECTORY)
            let spec = timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
            var times = [spec, spec]
            _ = futimens(fd.raw, &times)
        }
        directoryTimes = []
    }

    // MARK: One file

    private func copyFile(_ from: [UInt8], _ status: FileStatus, to place: [[UInt8]]) throws {
        guard let last = place.last else {
            throw WorkingContainerError(.invalid, "a file cannot take the place of the root directory")
        }
        let name = last.map { CChar(bitPattern: $0) } + [0]
        let parent = try makeParents(place.dropLast())
        let path = argument(place)
        let origin = from.map { CChar(bitPattern: $0) } + [0]
        switch status.kind {
        case .directory:
            try makeDirectory(name, in: parent.raw, status, path)
        case .regular:
            try copyRegular(origin, status, to: name, in: parent.raw, path)
        case .symlink:
            let link = try source.open(origin, OpenFlags.path | O_NOFOLLOW)
            let target = try Files.readSymlink(at: link.raw, "").map { CChar(bitPattern: $0) } + [0]
            try replacing(name, in: parent.raw, "symlink", path) { symlinkat(target, parent.raw, name) }
            try setAttributes(of: name, in: parent.raw, status, path)
        case .fifo:
            try replacing(name, in: parent.raw, "mkfifo", path) { mkfifoat(parent.raw, name, 0o600) }
            try setAttributes(of: name, in: parent.raw, status, path)
        case .characterDevice, .blockDevice, .socket:
            throw WorkingContainerError(
                .unsupported, "\(String(decoding: from, as: UTF8.self)) is a device or a socket and cannot be copied")
        }
    }

    private func makeDirectory(_ name: [CChar], in parent: Int32, _ status: FileStatus, _ path: [CChar]) throws {
        if mkdirat(parent, name, 0o700) != 0 {
            guard errno == EEXIST else { throw failure("mkdir", path) }
            // A link to a directory may stand for the directory (/bin -> usr/bin): it is merged into.
            if let fd = try? target.open(path, OpenFlags.path | O_DIRECTORY) {
                fd.close()
                return
            }
            try removeExisting(name, in: parent, path)
            try check(mkdirat(parent, name, 0o700), "mkdir", path)
        }
        let raw = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard raw >= 0 else { throw failure("open", path) }
        let fd = OwnedFD(adopting: raw)
        try setAttributes(openAs: fd.raw, status, path)
        directoryTimes.append((path, attributes.modification ?? status.modification))
    }

    private func copyRegular(
        _ origin: [CChar], _ status: FileStatus, to name: [CChar], in parent: Int32, _ path: [CChar]
    ) throws {
        if status.links > 1 {
            let identity = [status.device, status.inode]
            if let first = firstCopies[identity],
                let directory = try? target.open(parentOf(first), OpenFlags.path | O_DIRECTORY)
            {
                try replacing(name, in: parent, "link", path) { linkat(directory.raw, baseOf(first), parent, name, 0) }
                return
            }
            firstCopies[identity] = path
        }
        let input = try source.openNoSymlinks(origin, O_RDONLY | O_NONBLOCK)
        let flags = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC
        var raw = openat(parent, name, flags, 0o600)
        if raw < 0, errno == EEXIST {
            // What lies there is replaced, but a link to a file inside the root is followed, as cp does not: the
            // field's tools replace the link itself.
            try removeExisting(name, in: parent, path)
            raw = openat(parent, name, flags, 0o600)
        }
        guard raw >= 0 else { throw failure("open", path) }
        let output = OwnedFD(adopting: raw)
        try Files.cloneOrCopy(from: input, to: output)
        try setAttributes(openAs: output.raw, status, path)
        try copyExtendedAttributes(from: input, to: output)
        let time = attributes.modification ?? status.modification
        let spec = timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
        var times = [spec, spec]
        try check(futimens(output.raw, &times), "utimensat", path)
    }

    private func copyExtendedAttributes(from input: borrowing OwnedFD, to output: borrowing OwnedFD) throws {
        guard let names = try? ExtendedAttributes.list(fd: input.raw) else { return }
        for name in names where name.elementsEqual("security.capability".utf8) || name.starts(with: "user.".utf8) {
            let argument = name.map { CChar(bitPattern: $0) } + [0]
            guard !name.starts(with: "user.overlay.".utf8),
                let value = try ExtendedAttributes.get(argument, fd: input.raw)
            else { continue }
            do throws(LinuxError) {
                try ExtendedAttributes.set(argument, value: value, fd: output.raw)
            } catch {
                // A file system that cannot hold attributes of this kind holds the file without them.
                guard error.code == ENOTSUP else { throw error }
            }
        }
    }

    // MARK: Attributes

    private func setAttributes(openAs fd: Int32, _ status: FileStatus, _ path: [CChar]) throws {
        let (uid, gid) = attributes.owner ?? (status.uid, status.gid)
        try check(fchown(fd, uid, gid), "chown", path)
        try check(fchmod(fd, mode_t(attributes.permissions ?? (status.mode & 0o7777))), "chmod", path)
    }

    private func setAttributes(of name: [CChar], in parent: Int32, _ status: FileStatus, _ path: [CChar]) throws {
        let (uid, gid) = attributes.owner ?? (status.uid, status.gid)
        try check(fchownat(parent, name, uid, gid, AT_SYMLINK_NOFOLLOW), "chown", path)
        if status.kind != .symlink {
            let mode = mode_t(attributes.permissions ?? (status.mode & 0o7777))
            try check(fchmodat(parent, name, mode, 0), "chmod", path)
        }
        let time = attributes.modification ?? status.modification
        let spec = timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
        var times = [spec, spec]
        try check(utimensat(parent, name, &times, AT_SYMLINK_NOFOLLOW), "utimensat", path)
    }

    // MARK: Places

    /// Opens the directory with these components, made where it is missing: 0755, owned as the files copied are.
    private func makeParents(_ components: some Collection<[UInt8]>) throws -> OwnedFD {
        let path = String(decoding: Array(components.joined(separator: [0x2f])), as: UTF8.self)
        if path.isEmpty { return try target.open(".", OpenFlags.path | O_DIRECTORY) }
        if let fd = try? target.open(argument(components), OpenFlags.path | O_DIRECTORY) { return fd }
        let (uid, gid) = attributes.owner ?? (0, 0)
        do throws(LinuxError) {
            return try target.makeDirectories(path, mode: 0o755, uid: uid, gid: gid)
        } catch {
            throw WorkingContainerError(.system, "cannot make the directory /\(path)", cause: error)
        }
    }

    private func replacing(
        _ name: [CChar], in parent: Int32, _ operation: String, _ path: [CChar], _ make: () -> Int32
    ) throws {
        if make() == 0 { return }
        guard errno == EEXIST else { throw failure(operation, path) }
        try removeExisting(name, in: parent, path)
        try check(make(), operation, path)
    }

    private func removeExisting(_ name: [CChar], in parent: Int32, _ path: [CChar]) throws {
        if unlinkat(parent, name, 0) == 0 || errno == ENOENT { return }
        if errno == EISDIR || errno == EPERM {
            throw WorkingContainerError(.invalid, "a file cannot take the place of the directory \(text(path))")
        }
        throw failure("unlink", path)
    }

    private func argument(_ components: some Collection<[UInt8]>) -> [CChar] {
        components.isEmpty
            ? [0x2e, 0] : components.joined(separator: [0x2f]).map { CChar(bitPattern: $0) } + [0]
    }

    private func parentOf(_ path: [CChar]) -> [CChar] {
        guard let slash = path.lastIndex(of: 0x2f) else { return [0x2e, 0] }
        return Array(path[..<slash]) + [0]
    }

    private func baseOf(_ path: [CChar]) -> [CChar] {
        guard let slash = path.lastIndex(of: 0x2f) else { return path }
        return Array(path[(slash + 1)...])
    }

    private func text(_ path: [CChar]) -> String {
        "/" + String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func check(_ result: Int32, _ operation: String, _ path: [CChar]) throws {
        if result != 0 { throw failure(operation, path) }
    }

    private func failure(_ operation: String, _ path: [CChar]) -> WorkingContainerError {
        WorkingContainerError(
            .system, "cannot copy", cause: LinuxError(operation, text(path), code: errno))
    }
}
