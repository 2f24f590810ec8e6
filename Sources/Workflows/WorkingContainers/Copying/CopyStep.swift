import Glibc
import ImageLayers
package import LinuxSystem
import Sandbox
import StreamCompression

/// Performs one COPY or ADD in a container's root file system.
package struct CopyStep {
    /// The options of the copy.
    package struct Request: Sendable {
        /// The number of sources, after wildcards if the caller can count them: several require a directory as the
        /// destination.
        package var sourceCount: Int
        /// A value for `--chown`; nil for root, or the files' own owners.
        package var owner: String?
        /// The change of permission bits; nil for none. Archive members keep their own.
        package var mode: ModeChange?
        /// Whether an absolute mode is also that of parent directories that are made, as in a Dockerfile.
        package var isModeOfParents = true
        /// Whether the selection includes the sources' parent directories.
        package var keepsParents = false
        /// Whether archives are unpacked.
        package var unpacks = false
        /// Inline files: names and contents.
        package var inlineFiles: [(name: String, content: [UInt8])] = []
        /// Whether files keep their owners unless one is specified.
        package var keepsOwners = false
        /// The modification time of everything copied; nil for each file's own.
        package var fileTime: FileTime?
        /// Whether to ignore owners that this process cannot set.
        package var ignoresUnmappedOwners = false
        /// Whether the single file comes from a web server rather than from a file system.
        package var isFetched = false
        /// Whether to create an archive's device nodes; otherwise they are skipped.
        package var makesDevices = false
        /// Whether the parent directories of the destination get the newest time of the sources, so that the same files
        /// always become the same layer.
        package var datesParents = false
        /// What to do if something that is not a directory has the name of a copied directory.
        package var collision = DirectoryCollision.merge

        package init(sourceCount: Int) {
            self.sourceCount = sourceCount
        }

        /// A plain copy of this number of sources, whose files keep their owners.
        package init(keepingOwnersOf sourceCount: Int) {
            self.sourceCount = sourceCount
            keepsOwners = true
        }
    }

    private let request: Request
    private let selection: CopySelection
    /// Absolute; a trailing slash marks a directory.
    private let destination: String
    private let rootfs: String
    /// The root whose users and groups owners refer to.
    private let accounts: String

    private var fileTime: FileTime? { request.fileTime }

    /// - Parameters:
    ///   - destination: absolute in the container; a trailing slash marks a directory.
    ///   - rootfs: the path of the container's root.
    ///   - accounts: the path of another root whose users and groups `--chown` refers to.
    package init(
        _ request: Request, _ selection: CopySelection, to destination: String, in rootfs: String,
        accounts: String? = nil
    ) {
        self.accounts = accounts ?? rootfs
        self.request = request
        self.selection = selection
        self.destination = destination
        self.rootfs = rootfs
    }

    /// The digest of the copied files, with their attributes in the container.
    package func digest() throws -> CopyDigest {
        let owner = try request.owner.map { try self.owner($0) }
        let name = try destinationIsDirectory() ? nil : destination.split(separator: "/").last.map(String.init)
        return try CopyDigest(
            of: selection, owner: owner ?? (request.keepsOwners ? nil : (0, 0)), mode: request.mode, name: name,
            isFetched: request.isFetched)
    }

    /// Copies the files, and unpacks archives.
    package func run() throws {
        let owner = try request.owner.map { try self.owner($0) }
        var attributes = CopyAttributes(
            owner: owner ?? (request.keepsOwners ? nil : (0, 0)), mode: request.mode, modification: fileTime)
        attributes.ignoresUnmappedOwners = request.ignoresUnmappedOwners
        attributes.isModeOfParents = request.isModeOfParents
        let copier = try FileCopier(
            from: selection.root, to: rootfs, attributes: attributes, collision: request.collision)
        let isDirectory = try destinationIsDirectory()
        for item in selection.items {
            if request.unpacks, !item.isDirectory, try unpack(item, owner: owner) { continue }
            try copier.copy(item, to: target(of: item, isDirectory: isDirectory))
        }
        try copier.finish()
        for file in request.inlineFiles {
            try writeInlineFile(file, attributes, isDirectory: isDirectory)
        }
        if request.datesParents { try dateParents() }
    }

    private func dateParents() throws {
        let newest = selection.items.map(\.status.modification).max {
            ($0.seconds, $0.nanoseconds) < ($1.seconds, $1.nanoseconds)
        }
        guard let time = fileTime ?? newest else { return }
        let root = try RootedDirectory(opening: rootfs)
        let parts = destination.split(separator: "/")
        for count in parts.indices.map({ $0 + 1 }).reversed() {
            let path = parts[..<count].joined(separator: "/")
            guard let directory = try? root.openNoSymlinks(path, O_RDONLY | O_DIRECTORY) else { continue }
            try Files.setTimes(fd: directory.raw, access: time, modification: time)
        }
    }

    /// Whether sources are copied into the destination rather than to its name.
    private func destinationIsDirectory() throws -> Bool {
        let hasSeveral = selection.items.count + request.inlineFiles.count > 1 || request.sourceCount > 1
        let isNeeded = destination.hasSuffix("/") || request.keepsParents || hasSeveral
        guard let kind = existingKind() else { return isNeeded }
        if kind != .directory, isNeeded || selection.items.contains(where: \.isDirectory) {
            throw WorkingContainerError(
                .invalid, "the destination \(destination) already exists but is not a directory")
        }
        return kind == .directory
    }

    /// The type of the existing destination, following links; nil if there is none.
    private func existingKind() -> FileKind? {
        let path = destination.split(separator: "/").joined(separator: "/")
        guard let root = try? RootedDirectory(opening: rootfs),
            let found = try? root.open(path.isEmpty ? "." : path, OpenFlags.path)
        else { return nil }
        return try? found.status().kind
    }

    private func target(of item: CopySelection.Item, isDirectory: Bool) -> [UInt8] {
        let place = Array(destination.utf8)
        // Of a directory, the content is copied.
        return item.isDirectory || !isDirectory ? place : place + [0x2f] + item.name
    }

    // MARK: Archives

    /// Unpacks a local archive into the destination; false if the file is not an archive.
    ///
    /// The destination is the root for the archive: its links, and those already there, do not lead out of it.
    private func unpack(_ item: CopySelection.Item, owner: (uid: UInt32, gid: UInt32)?) throws -> Bool {
        let source = try selection.root.rootedDirectory()
        let path = item.path.map { CChar(bitPattern: $0) } + [0]
        // If the name now refers to something else, this must not block.
        let file = try source.open(path, O_RDONLY | O_NONBLOCK)
        guard try file.status().kind == .regular, try ArchiveDetector.isArchive(file.raw) else { return false }
        let root = try RootedDirectory(opening: rootfs)
        var parents = CopyAttributes(owner: owner ?? (0, 0))
        parents.ignoresUnmappedOwners = request.ignoresUnmappedOwners
        let place = try parents.makeDirectories(Array(destination.utf8), in: root)
        let options = ApplyOptions(
            whiteouts: .literal, ignoreUnmappedOwners: request.ignoresUnmappedOwners,
            makesDevices: request.makesDevices, owner: owner,
            modification: fileTime)
        let applier = try LayerApplier(root: RootedDirectory(adopting: place), options: options)
        try applier.unpack(ThreadedSource.ahead(of: DecompressingSource(FileDescriptorSource(fd: file.raw), nil)))
        return true
    }

    // MARK: Inline files

    private func writeInlineFile(
        _ file: (name: String, content: [UInt8]), _ attributes: CopyAttributes, isDirectory: Bool
    ) throws {
        let owner = attributes.owner ?? (0, 0)
        let path = isDirectory ? "\(destination)/\(file.name)" : destination
        let parts = path.split(separator: "/").map(String.init)
        guard let name = parts.last else {
            throw WorkingContainerError(.invalid, "a file cannot take the place of the root directory")
        }
        let root = try RootedDirectory(opening: rootfs)
        let parent = try attributes.makeDirectories(Array(parts.dropLast().joined(separator: "/").utf8), in: root)
        _ = unlinkat(parent.raw, name, 0)
        let output = try OwnedFD.open(at: parent.raw, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, mode: 0o600)
        try output.writeAll(file.content)
        try attributes.setOwner { () throws(LinuxError) in
            try Files.changeOwner(fd: output.raw, uid: owner.uid, gid: owner.gid)
        }
        try Files.changeMode(fd: output.raw, mode: request.mode?.applied(to: 0o644, isDirectory: false) ?? 0o644)
        if let fileTime { try Files.setTimes(fd: output.raw, access: fileTime, modification: fileTime) }
    }

    // MARK: Owners

    /// Resolves `--chown`: ids, or names of the image's own users and groups. Without a group, a numeric user implies
    /// the same number for the group, a named one the user's own group. `root` is 0 in images without accounts.
    private func owner(_ text: String) throws -> (uid: UInt32, gid: UInt32) {
        let root = try RootFileReader(accounts)
        let users = ImageUsers { try root.read($0) }
        var parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts[0] == "root", (try? users.resolve("root")) == nil { parts[0] = "0" }
        if parts.count > 1, parts[1] == "root", (try? users.groupID("root")) == nil { parts[1] = "0" }
        let account = try users.resolve(parts.joined(separator: ":"))
        let isLoneNumber = !text.contains(":") && UInt32(text) != nil
        return (account.uid, isLoneNumber ? account.uid : account.gid)
    }
}
