import Glibc
import LinuxSystem
import TarArchive

extension LayerMaker {
    /// A directory on the way from the root to the current place.
    final class Frame {
        /// Relative to the root, no leading or trailing slash; empty for the root.
        let path: [UInt8]
        var children: [Child]
        var next = 0
        /// The directory, opened; -1 while a deep descent has it closed.
        var fd: Int32
        /// The same directory in the parent tree, where there is one.
        var parentFD: Int32
        /// How many directories were pending when this one was entered.
        let pendingBefore: Int

        init(path: [UInt8], children: [Child], fd: Int32, parentFD: Int32, pendingBefore: Int) {
            self.path = path
            self.children = children
            self.fd = fd
            self.parentFD = parentFD
            self.pendingBefore = pendingBefore
        }

        func closeDescriptors() {
            if fd >= 0 { _ = Glibc.close(fd) }
            if parentFD >= 0 { _ = Glibc.close(parentFD) }
            fd = -1
            parentFD = -1
        }

        deinit { closeDescriptors() }
    }

    struct Child {
        /// NUL-terminated.
        let name: [CChar]
        /// Only the parent tree has it.
        let isDeleted: Bool

        var bytes: [UInt8] { name.dropLast().map { UInt8(bitPattern: $0) } }
    }

    /// How deep a walk keeps every directory on the way open; below, they are reopened on the way back.
    private static let openDepth = 64

    func walk() throws {
        var frames = [try openFrame([], inParentTree: parentRoot != nil)]
        while let frame = frames.last {
            guard frame.next < frame.children.count else {
                frames.removeLast()
                // What still waits below this directory has no reason to be written.
                if pendingDirectories.count > frame.pendingBefore {
                    pendingDirectories.removeLast(pendingDirectories.count - frame.pendingBefore)
                }
                continue
            }
            let child = frame.children[frame.next]
            frame.next += 1
            if frame.fd < 0 { try reopen(frame) }
            let path = frame.path.isEmpty ? child.bytes : frame.path + [0x2f] + child.bytes
            if child.isDeleted {
                try emitWhiteout(of: child, in: frame, attributesFrom: frame)
                continue
            }
            if let below = try visit(child, at: path, in: frame) {
                if frames.count >= LayerMaker.openDepth { frame.closeDescriptors() }
                frames.append(below)
            }
        }
    }

    private func openFrame(_ path: [UInt8], inParentTree: Bool, pendingBefore: Int = 0) throws -> Frame {
        let name: [CChar] = path.isEmpty ? [0x2e, 0] : path.map { CChar(bitPattern: $0) } + [0]
        let directory = try open(name)
        var names = try Files.entries(of: directory).map { Child(name: $0.name, isDeleted: false) }
        var parentFD: Int32 = -1
        if inParentTree, let parent = try openInParent(name) {
            let present = Set(names.map(\.name))
            for entry in try Files.entries(of: parent) where !present.contains(entry.name) {
                names.append(Child(name: entry.name, isDeleted: true))
            }
            parentFD = parent.release()
        }
        names.sort { LayerMaker.precedes($0.name, $1.name) }
        return Frame(
            path: path, children: names, fd: directory.release(), parentFD: parentFD, pendingBefore: pendingBefore)
    }

    private static func precedes(_ one: [CChar], _ other: [CChar]) -> Bool {
        one.lexicographicallyPrecedes(other) { UInt8(bitPattern: $0) < UInt8(bitPattern: $1) }
    }

    private func open(_ name: [CChar]) throws(LayerError) -> OwnedFD {
        do throws(LinuxError) {
            return try root.openNoSymlinks(name, O_RDONLY | O_DIRECTORY)
        } catch {
            throw LayerError(.system, "cannot read a directory of the layer", cause: error)
        }
    }

    private func openInParent(_ name: [CChar]) throws(LayerError) -> OwnedFD? {
        guard parentRoot != nil else { return nil }
        do throws(LinuxError) {
            return try parentRoot?.openNoSymlinks(name, O_RDONLY | O_DIRECTORY)
        } catch {
            switch error.code {
            case ENOENT, ENOTDIR, ELOOP: return nil
            default: throw LayerError(.system, "cannot read a directory of the parent layer", cause: error)
            }
        }
    }

    private func reopen(_ frame: Frame) throws {
        let name: [CChar] = frame.path.isEmpty ? [0x2e, 0] : frame.path.map { CChar(bitPattern: $0) } + [0]
        frame.fd = try open(name).release()
        if let parent = try openInParent(name) { frame.parentFD = parent.release() }
    }

    /// Writes what stands at one name; gives the frame to descend into where it is a directory.
    private func visit(_ child: Child, at path: [UInt8], in frame: Frame) throws -> Frame? {
        let status = try Files.status(at: frame.fd, child.name)
        switch status.kind {
        case .directory: return try visitDirectory(child, path, status, in: frame)
        case .regular: try writeRegular(child, path, status, in: frame)
        case .symlink:
            if try !isUnchanged(child, status, in: frame) {
                var link = entry(named: path, kind: .symlink, status)
                link.linkTarget = try Files.readSymlink(at: frame.fd, child.name)
                try emit(link)
            }
        case .characterDevice where isWhiteout(status):
            try emitWhiteout(of: child, in: frame, attributesFrom: frame)
        case .characterDevice, .blockDevice, .fifo:
            if try !isUnchanged(child, status, in: frame) { try writeSpecial(path, status) }
        case .socket: break
        }
        return nil
    }

    private func isWhiteout(_ status: FileStatus) -> Bool {
        guard case .overlayUpper = content else { return false }
        return status.deviceMajor == 0 && status.deviceMinor == 0
    }

    private func visitDirectory(
        _ child: Child, _ path: [UInt8], _ status: FileStatus, in frame: Frame
    ) throws -> Frame? {
        let raw = openat(frame.fd, child.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard raw >= 0 else {
            throw LayerError(
                .system, "cannot read a directory of the layer",
                cause: LinuxError("open", String(decoding: path, as: UTF8.self), code: errno))
        }
        let fd = OwnedFD(adopting: raw)
        let directory = entry(named: path + [0x2f], kind: .directory, status, xattrs: try carriedAttributes(fd.raw))
        let before = pendingDirectories.count
        switch content {
        case .overlayUpper(let userXattr):
            try emit(directory)
            let attribute = WhiteoutStyle.overlay(userXattr: userXattr).opaqueAttribute ?? ""
            if try ExtendedAttributes.get(attribute, fd: raw) == [0x79] {
                try emit(whiteoutEntry(named: path + Array("/.wh..wh..opq".utf8), status))
            }
            return try openFrame(path, inParentTree: false)
        case .wholeTree:
            let parent = try parentStatus(of: child, in: frame)
            if try parent != nil && isUnchanged(child, status, in: frame) {
                pendingDirectories.append(directory)
            } else {
                try emit(directory)
            }
            return try openFrame(
                path, inParentTree: parent?.kind == .directory, pendingBefore: min(before, pendingDirectories.count))
        }
    }

    private func writeRegular(_ child: Child, _ path: [UInt8], _ status: FileStatus, in frame: Frame) throws {
        if status.links > 1 {
            let identity = FileIdentity(device: status.device, inode: status.inode)
            if let first = firstNames[identity] {
                var link = entry(named: path, kind: .hardLink, status)
                link.linkTarget = first
                // A link to a file that is not in the layer would be a link to nothing.
                if try !isUnchanged(child, status, in: frame) { try emit(link) }
                return
            }
            if try isUnchanged(child, status, in: frame) { return }
            firstNames[identity] = path
        } else if try isUnchanged(child, status, in: frame) {
            return
        }
        let raw = openat(frame.fd, child.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard raw >= 0 else { throw readFailure("open", path) }
        let fd = OwnedFD(adopting: raw)
        var file = entry(named: path, kind: .regular, status, xattrs: try carriedAttributes(fd.raw))
        file.size = status.size
        try begin(file)
        try copyContent(of: fd.raw, size: status.size, path)
        try writer.end()
    }

    private func copyContent(of fd: Int32, size: Int64, _ path: [UInt8]) throws {
        var left = size
        while left > 0 {
            let count = read(fd, buffer.baseAddress, min(buffer.count, Int(left)))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw readFailure("read", path) }
            guard count > 0 else {
                throw LayerError(
                    .malformed, "the file became shorter while it was read", entry: String(decoding: path, as: UTF8.self))
            }
            try writer.write(content: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
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

    private func emitWhiteout(of child: Child, in frame: Frame, attributesFrom directory: Frame) throws {
        let status = try Files.status(at: directory.fd, ".")
        let name = Array(".wh.".utf8) + child.bytes
        try emit(whiteoutEntry(named: frame.path.isEmpty ? name : frame.path + [0x2f] + name, status))
    }

    /// A deletion's marker: an empty file whose owner and time are those of the directory it lies in.
    private func whiteoutEntry(named name: [UInt8], _ status: FileStatus) -> TarEntry {
        var whiteout = entry(named: name, kind: .regular, status)
        whiteout.mode = 0o600
        return whiteout
    }

    private func readFailure(_ operation: String, _ path: [UInt8]) -> LayerError {
        let name = String(decoding: path, as: UTF8.self)
        return LayerError(
            .system, "cannot be read", entry: name, cause: LinuxError(operation, name, code: errno))
    }
}
