import CLinux
import Glibc
import LinuxSystem
import TarArchive

extension LayerMaker {
    /// A directory on the path from the root to the current position.
    final class Frame {
        /// Relative to the root, with a trailing slash; empty for the root.
        let prefix: [UInt8]
        var children: [Child]
        var next = 0
        /// The open directory; -1 while it is closed during a deep descent.
        var fd: Int32
        /// The same directory in the parent tree, if it exists there.
        var parentFD: Int32
        /// The number of pending directories when this one was entered.
        let pendingBefore: Int
        /// Source of owner and time for whiteouts in this directory.
        let status: FileStatus
        /// Whether the parent tree has this directory too.
        let hasParent: Bool

        init(
            prefix: [UInt8], children: [Child], fd: consuming OwnedFD, parentFD: Int32, pendingBefore: Int,
            status: FileStatus
        ) {
            self.prefix = prefix
            self.children = children
            self.fd = fd.release()
            self.parentFD = parentFD
            hasParent = parentFD >= 0
            self.pendingBefore = pendingBefore
            self.status = status
        }

        func closeDescriptors() {
            if fd >= 0 { _ = linux_close(fd) }
            if parentFD >= 0 { _ = linux_close(parentFD) }
            fd = -1
            parentFD = -1
        }

        /// Relative to the root, for a system call.
        var argument: [CChar] {
            prefix.isEmpty ? [0x2e, 0] : prefix.dropLast().map { CChar(bitPattern: $0) } + [0]
        }

        /// A child's path, relative to the root.
        func path(of child: Child) -> [UInt8] {
            var path: [UInt8] = []
            path.reserveCapacity(prefix.count + child.name.count)
            path.append(contentsOf: prefix)
            child.name.withUnsafeBytes { path.append(contentsOf: $0.dropLast()) }
            return path
        }

        deinit { closeDescriptors() }
    }

    struct Child {
        /// NUL-terminated.
        let name: [CChar]
        /// Only the parent tree has it.
        let isDeleted: Bool
    }

    /// The depth up to which a walk keeps every ancestor open; deeper ones are reopened on the way back.
    private static let openDepth = 64
    /// The kernel's limit on a path in a system call (PATH_MAX without the terminator), which also limits the depth.
    private static let maximumPath = 4095

    func walk() throws {
        var frames = [try rootFrame()]
        while let frame = frames.last {
            guard frame.next < frame.children.count else {
                frames.removeLast()
                // Pending directories below this one have no reason to be written.
                if pendingDirectories.count > frame.pendingBefore {
                    pendingDirectories.removeLast(pendingDirectories.count - frame.pendingBefore)
                }
                continue
            }
            let child = frame.children[frame.next]
            frame.next += 1
            if frame.fd < 0 { try reopen(frame) }
            let path = frame.path(of: child)
            guard path.count <= LayerMaker.maximumPath else {
                throw LayerError(
                    .unsupported, "its path is longer than \(LayerMaker.maximumPath) bytesand could not be unpacked",
                    entry: LayerError.shown(path))
            }
            if child.isDeleted {
                try emitWhiteout(of: child, in: frame)
            } else if let below = try visit(child, at: path, in: frame) {
                if frames.count >= LayerMaker.openDepth { frame.closeDescriptors() }
                frames.append(below)
            }
        }
    }

    private func rootFrame() throws -> Frame {
        let directory = try open([0x2e, 0])
        let status = try directory.status()
        return try frame(
            prefix: [], directory, parent: parentRoot == nil ? nil : openInParent([0x2e, 0]), status: status)
    }

    /// A frame for an opened directory and its counterpart in the parent tree.
    func frame(
        prefix: [UInt8], _ directory: consuming OwnedFD, parent: consuming OwnedFD?, pendingBefore: Int = 0,
        status: FileStatus
    ) throws -> Frame {
        var names = try Files.entries(of: directory).map { Child(name: $0.name, isDeleted: false) }
        var parentFD: Int32 = -1
        if let parent {
            let present = Set(names.map(\.name))
            for entry in try Files.entries(of: parent) where !present.contains(entry.name) {
                names.append(Child(name: entry.name, isDeleted: true))
            }
            parentFD = parent.release()
        }
        names.sort { LayerMaker.precedes($0.name, $1.name) }
        return Frame(
            prefix: prefix, children: names, fd: directory, parentFD: parentFD, pendingBefore: pendingBefore,
            status: status)
    }

    /// Compares names by bytes, including their terminators.
    private static func precedes(_ one: [CChar], _ other: [CChar]) -> Bool {
        one.withUnsafeBufferPointer { one in
            other.withUnsafeBufferPointer { other in
                guard let one = one.baseAddress, let other = other.baseAddress else { return false }
                return strcmp(one, other) < 0
            }
        }
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
        let name = frame.argument
        frame.fd = try open(name).release()
        if frame.hasParent, let parent = try openInParent(name) { frame.parentFD = parent.release() }
    }
}
