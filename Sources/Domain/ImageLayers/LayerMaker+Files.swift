import CLinux
import Glibc
import LinuxSystem
import TarArchive

extension LayerMaker {
    /// Writes the file of one name; returns the frame to descend into when it is a directory.
    func visit(_ child: Child, at path: [UInt8], in frame: Frame) throws -> Frame? {
        if case .invalid = WhiteoutName.read(child.name.dropLast()) {
            throw LayerError(
                .unsupported, "its name would be an invalid whiteout in a layer", entry: LayerError.shown(path))
        }
        let status = try Files.status(at: frame.fd, child.name)
        switch status.kind {
        case .directory: return try visitDirectory(child, path, in: frame)
        case .regular: try writeRegular(child, path, status, in: frame)
        case .symlink:
            if try !isUnchanged(child, status, in: frame) {
                var link = entry(named: path, kind: .symlink, status)
                link.linkTarget = try Files.readSymlink(at: frame.fd, child.name)
                try emit(link)
                try setTime(of: child, path, status, in: frame)
            }
        case .characterDevice where isWhiteout(status): try emitWhiteout(of: child, in: frame)
        case .characterDevice, .blockDevice, .fifo:
            if try !isUnchanged(child, status, in: frame) {
                try writeSpecial(path, status)
                try setTime(of: child, path, status, in: frame)
            }
        case .socket:
            // Not included in the layer, but what it has replaced is gone.
            if let parent = try parentStatus(of: child, in: frame), parent.kind != .socket {
                try emitWhiteout(of: child, in: frame)
            }
        }
        return nil
    }

    // MARK: Directories

    private func visitDirectory(_ child: Child, _ path: [UInt8], in frame: Frame) throws -> Frame? {
        let directory = try openChild(child, path, in: frame, O_DIRECTORY)
        let status = try directory.status()
        let attributes = try attributes(of: directory.raw, path)
        let listed = entry(named: path + [0x2f], kind: .directory, status, xattrs: attributes.carried)
        let before = pendingDirectories.count
        var parent: OwnedFD?
        switch content {
        case .overlayUpper:
            try emit(listed)
            try setTime(of: child, path, status, in: frame)
            if attributes.isOpaque { try emit(whiteout(named: path + Array("/.wh..wh..opq".utf8), status)) }
        case .wholeTree:
            parent = try openCounterpart(of: child, in: frame)
            if parent != nil, try isUnchanged(child, status, in: frame) {
                pendingDirectories.append(listed)
            } else {
                try emit(listed)
                try setTime(of: child, path, status, in: frame)
            }
        }
        return try self.frame(
            prefix: listed.name, directory, parent: parent, pendingBefore: min(before, pendingDirectories.count),
            status: status)
    }

    private func openCounterpart(of child: Child, in frame: Frame) throws -> OwnedFD? {
        guard frame.parentFD >= 0 else { return nil }
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let raw = linux_openat(frame.parentFD, child.name, flags, 0)
        if raw >= 0 { return OwnedFD(adopting: raw) }
        switch -raw {
        case ENOENT, ENOTDIR, ELOOP: return nil
        default:
            throw LayerError(
                .system, "cannot read a directory of the parent layer", cause: LinuxError("open", code: -raw))
        }
    }

    // MARK: Files

    /// A layer has zeros where files have holes, all of which are digested: more than this many would take hours.
    private static let maximumHoles: Int64 = 1 << 40

    private func countHoles(_ status: FileStatus, _ path: [UInt8]) throws {
        holes = holes.addingSaturated(max(status.size.subtractingSaturated(status.blocks &* 512), 0))
        guard holes <= Self.maximumHoles else {
            throw LayerError(
                .unsupported, "its layer has more than \(Self.maximumHoles) bytes of holes in sparse files",
                entry: LayerError.shown(path))
        }
    }

    private func writeRegular(_ child: Child, _ path: [UInt8], _ status: FileStatus, in frame: Frame) throws {
        if try isUnchanged(child, status, in: frame) { return }
        if status.links > 1 {
            let identity = FileIdentity(status)
            if let first = firstNames[identity] {
                var link = entry(named: path, kind: .hardLink, status)
                link.linkTarget = first
                try emit(link)
                return try setTime(of: child, path, status, in: frame)
            }
            // Only names in the layer count: a link to anything else would have no target.
            firstNames[identity] = path
        }
        try countHoles(status, path)
        let file = try openChild(child, path, in: frame, O_NONBLOCK)
        var regular = entry(named: path, kind: .regular, status, xattrs: try attributes(of: file.raw, path).carried)
        regular.size = status.size
        try begin(regular)
        try copyContent(of: file.raw, size: status.size, path)
        try writer.end()
        try setTime(of: child, path, status, in: frame)
    }

    /// Gives a file that the archive contains its time in the archive.
    private func setTime(of child: Child, _ path: [UInt8], _ status: FileStatus, in frame: Frame) throws {
        guard options.setsTimes else { return }
        let time = options.modification.time(of: status.modification)
        guard time != status.modification else { return }
        do throws(LinuxError) {
            try Files.setTimes(at: frame.fd, child.name, access: time, modification: time)
        } catch {
            throw LayerError(.system, "cannot set its time", entry: LayerError.shown(path), cause: error)
        }
    }

    func copyContent(of fd: Int32, size: Int64, _ path: [UInt8]) throws {
        guard let base = buffer.baseAddress else { return }
        var left = size
        while left > 0 {
            let count = linux_read(fd, base, Int(min(Int64(buffer.count), left)))
            if count == -Int(EINTR) { continue }
            guard count >= 0 else { throw readFailure("read", path, Int32(clamping: -count)) }
            guard count > 0 else {
                throw LayerError(
                    .malformed, "the file shrank while it was read", entry: LayerError.shown(path))
            }
            let content = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            try options.observer?.content(content)
            try writer.write(content: content)
            left -= Int64(count)
        }
    }

    private func writeSpecial(_ path: [UInt8], _ status: FileStatus) throws {
        let kind: TarEntryKind =
            switch status.kind {
            case .characterDevice: .characterDevice
            case .blockDevice: .blockDevice
            default: .fifo
            }
        var special = entry(named: path, kind: kind, status)
        if kind != .fifo {
            special.deviceMajor = status.deviceMajor
            special.deviceMinor = status.deviceMinor
        }
        try emit(special)
    }

    private func openChild(
        _ child: Child, _ path: [UInt8], in frame: Frame, _ flags: Int32
    ) throws(LayerError) -> OwnedFD {
        let raw = linux_openat(frame.fd, child.name, flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0)
        guard raw >= 0 else { throw readFailure("open", path, -raw) }
        return OwnedFD(adopting: raw)
    }

    private func readFailure(_ operation: String, _ path: [UInt8], _ code: Int32) -> LayerError {
        LayerError(
            .system, "cannot be read", entry: LayerError.shown(path), cause: LinuxError(operation, code: code))
    }

    // MARK: Deletions

    private func isWhiteout(_ status: FileStatus) -> Bool {
        guard case .overlayUpper = content else { return false }
        return status.deviceMajor == 0 && status.deviceMinor == 0
    }

    func emitWhiteout(of child: Child, in frame: Frame) throws {
        var name = frame.prefix + Array(".wh.".utf8)
        child.name.withUnsafeBytes { name.append(contentsOf: $0.dropLast()) }
        try emit(whiteout(named: name, frame.status))
    }

    /// A whiteout: an empty file with owner and time of the directory that contains it, and without permissions, as in
    /// the layers of related tools.
    private func whiteout(named name: [UInt8], _ status: FileStatus) -> TarEntry {
        var whiteout = entry(named: name, kind: .regular, status)
        whiteout.mode = 0
        return whiteout
    }
}
