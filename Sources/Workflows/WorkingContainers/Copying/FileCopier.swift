import Glibc
package import LinuxSystem

/// Copies a selection into a container's root file system, never outside it.
///
/// File data is shared with the source if the file system supports reflinks, otherwise copied in the kernel.
package final class FileCopier {
    private let source: RootedDirectory
    private let target: RootedDirectory
    private let attributes: CopyAttributes
    private let collision: DirectoryCollision
    private let rootPath: String
    private let buffer: UnsafeMutableRawBufferPointer
    /// The first copies of files with several hard links, by device and inode of the source.
    private var firstCopies: [FileKey: [CChar]] = [:]
    /// The reverse: the source of each first copy in the root.
    private var origins: [FileKey: FileKey] = [:]
    private var directoryTimes: [(path: [CChar], time: FileTime)] = []
    /// The parent directory of the previous file, kept open.
    private var parentPath: [[UInt8]] = []
    private var parentFD: Int32 = -1

    private struct FileKey: Hashable {
        let device, inode: UInt64

        init(_ status: FileStatus) {
            device = status.device
            inode = status.inode
        }
    }

    /// - Parameter collision: what to do if something that is not a directory has the name of a copied directory.
    package init(
        from selectionRoot: PathHandle, to rootfs: String, attributes: CopyAttributes,
        collision: DirectoryCollision = .merge
    ) throws {
        self.collision = collision
        rootPath = rootfs == "/" ? "" : rootfs
        source = try selectionRoot.rootedDirectory()
        target = try RootedDirectory(opening: rootfs)
        self.attributes = attributes
        buffer = .allocate(byteCount: 64 << 10, alignment: 4096)
    }

    deinit {
        closeParent()
        buffer.deallocate()
    }

    /// Copies one item to `destination`, the new path of the file or directory itself. `..` in it is resolved lexically
    /// and stops at the root.
    ///
    /// A directory's content is merged into an existing directory, which keeps its attributes; directories below get
    /// those of the source, whether or not they existed.
    package func copy(_ item: CopySelection.Item, to destination: [UInt8]) throws {
        // Hard links are preserved within one source, like in other tools, but not across sources.
        (firstCopies, origins) = ([:], [:])
        var place: [[UInt8]] = []
        for part in destination.split(separator: 0x2f).map(Array.init) where part != [0x2e] {
            if part == [0x2e, 0x2e] { _ = place.popLast() } else { place.append(part) }
        }
        if item.isDirectory {
            _ = try openParent(place)
            for descendant in item.descendants {
                let from = item.path.isEmpty ? descendant.path : item.path + [0x2f] + descendant.path
                try copyFile(
                    from, descendant.status, to: place + descendant.path.split(separator: 0x2f).map(Array.init))
            }
        } else {
            try copyFile(item.path, item.status, to: place)
        }
    }

    /// Sets the times of the created directories; call it after the last copy.
    package func finish() throws {
        for (path, time) in directoryTimes {
            let directory = try target.open(path, O_RDONLY | O_DIRECTORY)
            try Files.setTimes(fd: directory.raw, access: time, modification: time)
        }
        directoryTimes = []
    }

    // MARK: One file

    private func copyFile(_ from: [UInt8], _ status: FileStatus, to place: [[UInt8]]) throws {
        guard let last = place.last else {
            throw WorkingContainerError(.invalid, "a file cannot take the place of the root directory")
        }
        let name = last.map { CChar(bitPattern: $0) } + [0]
        let parent = try openParent(place.dropLast())
        let path = argument(place)
        let origin = from.map { CChar(bitPattern: $0) } + [0]
        switch status.kind {
        case .directory:
            try makeDirectory(name, in: parent, status, path)
        case .regular:
            try copyRegular(origin, status, to: name, in: parent, path)
        case .symlink:
            let link = try source.open(origin, OpenFlags.path | O_NOFOLLOW)
            let target = try Files.readSymlink(at: link.raw, "").map { CChar(bitPattern: $0) } + [0]
            try replacing(name, in: parent, path) { () throws(LinuxError) in
                try Files.symlink(target: target, at: parent, name)
            }
            try setAttributes(of: name, in: parent, status, path)
        case .fifo, .characterDevice, .blockDevice:
            try copySpecial(status, to: name, in: parent, path)
        case .socket:
            throw WorkingContainerError(
                .unsupported, "\(String(decoding: from, as: UTF8.self)) is a socket and cannot be copied")
        }
    }

    private func copySpecial(_ status: FileStatus, to name: [CChar], in parent: Int32, _ path: [CChar]) throws {
        let mode = (status.mode & UInt32(S_IFMT)) | 0o600
        do {
            try replacing(name, in: parent, path) { () throws(LinuxError) in
                try Files.makeNode(
                    at: parent, name, mode: mode, major: status.deviceMajor, minor: status.deviceMinor)
            }
        } catch let error as WorkingContainerError {
            // Without permission to create devices they are skipped, as when applying a layer.
            if status.kind != .fifo, error.cause?.code == EPERM { return }
            throw error
        }
        try setAttributes(of: name, in: parent, status, path)
    }

    private func makeDirectory(_ name: [CChar], in parent: Int32, _ status: FileStatus, _ path: [CChar]) throws {
        do throws(LinuxError) {
            try Files.makeDirectory(at: parent, name, mode: 0o700)
        } catch {
            guard error.code == EEXIST else { throw failure(path, error) }
            if try Files.status(at: parent, name).kind != .directory {
                if collision == .merge || collision == .mergeOrReplace,
                    let directory = try? target.open(path, OpenFlags.path | O_DIRECTORY)
                {
                    directory.close()
                    return
                }
                guard collision == .replace || collision == .mergeOrReplace else {
                    throw WorkingContainerError(
                        .invalid, "cannot overwrite non-directory \(rootPath)\(text(path)) with a directory")
                }
                try removeExisting(name, in: parent, path)
                try Files.makeDirectory(at: parent, name, mode: 0o700)
            }
        }
        let directory = try OwnedFD.open(at: parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        try setAttributes(openAs: directory.raw, status, path)
        directoryTimes.append((path, attributes.modification ?? status.modification))
    }

    private func copyRegular(
        _ origin: [CChar], _ status: FileStatus, to name: [CChar], in parent: Int32, _ path: [CChar]
    ) throws {
        if status.links > 1, try linkToFirstCopy(of: FileKey(status), name, in: parent, path) { return }
        let input = try source.openNoSymlinks(origin, O_RDONLY | O_NONBLOCK)
        let output = try create(name, in: parent, path)
        try copyContent(from: input, to: output, size: status.size)
        try setAttributes(openAs: output.raw, status, path)
        try CopiedAttributes.write(CopiedAttributes.read(input.raw), to: output.raw)
        let time = attributes.modification ?? status.modification
        try Files.setTimes(fd: output.raw, access: time, modification: time)
        if status.links > 1 {
            firstCopies[FileKey(status)] = path
            origins[FileKey(try output.status())] = FileKey(status)
        }
    }

    private func create(_ name: [CChar], in parent: Int32, _ path: [CChar]) throws -> OwnedFD {
        let flags = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW
        do throws(LinuxError) {
            return try OwnedFD.open(at: parent, name, flags, mode: 0o600)
        } catch {
            guard error.code == EEXIST else { throw failure(path, error) }
        }
        // An existing link is replaced itself, like in other tools.
        try removeExisting(name, in: parent, path)
        return try OwnedFD.open(at: parent, name, flags, mode: 0o600)
    }

    /// Small files need only one read and write; an in-kernel copy takes more system calls.
    private func copyContent(
        from input: borrowing OwnedFD, to output: borrowing OwnedFD, size: Int64
    ) throws(LinuxError) {
        guard size <= Int64(buffer.count) else { return try Files.cloneOrCopy(from: input, to: output) }
        var left = Int(size)
        while left > 0 {
            let count = try input.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<left]))
            if count == 0 { return }
            try output.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            left -= count
        }
    }

    /// Creates a hard link to the copy of another name of the same file; false if there is none, or not any more.
    private func linkToFirstCopy(of file: FileKey, _ name: [CChar], in parent: Int32, _ path: [CChar]) throws -> Bool {
        guard let first = firstCopies[file],
            let directory = try? target.open(parentOf(first), OpenFlags.path | O_DIRECTORY),
            let present = try Files.statusIfPresent(at: directory.raw, baseOf(first)),
            origins[FileKey(present)] == file
        else { return false }
        if let existing = try Files.statusIfPresent(at: parent, name), FileKey(existing) == FileKey(present) {
            return true
        }
        let base = baseOf(first)
        let from = directory.raw
        try replacing(name, in: parent, path) { () throws(LinuxError) in
            try Files.link(at: from, base, to: parent, name)
        }
        return true
    }

    // MARK: Attributes

    private func setAttributes(openAs fd: Int32, _ status: FileStatus, _ path: [CChar]) throws {
        let (uid, gid) = attributes.owner ?? (status.uid, status.gid)
        do throws(LinuxError) {
            try attributes.setOwner { () throws(LinuxError) in
                try Files.changeOwner(fd: fd, uid: uid, gid: gid)
            }
            try Files.changeMode(fd: fd, mode: mode(of: status))
        } catch {
            throw failure(path, error, owner: (uid, gid))
        }
    }

    private func setAttributes(of name: [CChar], in parent: Int32, _ status: FileStatus, _ path: [CChar]) throws {
        let (uid, gid) = attributes.owner ?? (status.uid, status.gid)
        do throws(LinuxError) {
            try attributes.setOwner { () throws(LinuxError) in
                try Files.changeOwner(at: parent, name, uid: uid, gid: gid)
            }
        } catch {
            throw failure(path, error, owner: (uid, gid))
        }
        if status.kind != .symlink {
            let node = try OwnedFD.open(at: parent, name, OpenFlags.path | O_NOFOLLOW)
            try Files.changeMode(pathDescriptor: node.raw, mode: mode(of: status))
        }
        let time = attributes.modification ?? status.modification
        try Files.setTimes(at: parent, name, access: time, modification: time)
    }

    private func mode(of status: FileStatus) -> UInt32 {
        attributes.mode?.applied(to: status.mode, isDirectory: status.kind == .directory) ?? (status.mode & 0o7777)
    }

    // MARK: Directory entries

    /// Opens the directory with these components, creating it if it is missing: with mode 0755 or the one of copied
    /// files, and their owner. It remains open until another one is requested.
    private func openParent(_ components: some Collection<[UInt8]>) throws -> Int32 {
        if parentFD >= 0, parentPath.elementsEqual(components) { return parentFD }
        closeParent()
        parentFD = try openOrMake(components).release()
        parentPath = Array(components)
        return parentFD
    }

    private func closeParent() {
        if parentFD >= 0 { OwnedFD(adopting: parentFD).close() }
        parentFD = -1
    }

    private func openOrMake(_ components: some Collection<[UInt8]>) throws -> OwnedFD {
        let path = argument(components)
        if let directory = try? target.open(path, OpenFlags.path | O_DIRECTORY) { return directory }
        do throws(LinuxError) {
            let bytes = Array(components.joined(separator: [0x2f]))
            return try attributes.makeDirectories(bytes, in: target)
        } catch {
            if let owner = attributes.owner, error.code == EINVAL {
                throw CopyAttributes.unmapped(owner, of: text(path))
            }
            throw WorkingContainerError(.system, "cannot make the directory \(text(path))", cause: error)
        }
    }

    /// Creates a new entry, first removing an existing one of that name.
    private func replacing(
        _ name: [CChar], in parent: Int32, _ path: [CChar], _ make: () throws(LinuxError) -> Void
    ) throws {
        do throws(LinuxError) {
            return try make()
        } catch {
            guard error.code == EEXIST else { throw failure(path, error) }
        }
        try removeExisting(name, in: parent, path)
        do throws(LinuxError) {
            try make()
        } catch {
            throw failure(path, error)
        }
    }

    private func removeExisting(_ name: [CChar], in parent: Int32, _ path: [CChar]) throws {
        // The inode number of a removed first copy may soon be reused.
        if !origins.isEmpty, let status = try Files.statusIfPresent(at: parent, name) {
            origins[FileKey(status)] = nil
        }
        do throws(LinuxError) {
            try Files.removeFile(at: parent, name)
        } catch {
            if error.code == ENOENT { return }
            guard error.code == EISDIR || error.code == EPERM else { throw failure(path, error) }
            throw WorkingContainerError(.invalid, "a file cannot take the place of the directory \(text(path))")
        }
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

    private func failure(
        _ path: [CChar], _ cause: LinuxError, owner: (uid: UInt32, gid: UInt32)? = nil
    ) -> WorkingContainerError {
        if let owner, cause.code == EINVAL { return CopyAttributes.unmapped(owner, of: text(path)) }
        return WorkingContainerError(
            .system, "cannot copy", cause: LinuxError(cause.operation, text(path), code: cause.code))
    }
}
