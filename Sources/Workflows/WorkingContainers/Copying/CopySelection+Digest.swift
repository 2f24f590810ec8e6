package import ContentDigest
import Glibc
import LinuxSystem

extension CopySelection {
    /// A digest of everything that would be copied: names, types, permission bits, link targets, file contents, the
    /// copied extended attributes, hard links within a source and, with `includesOwners`, owners. Times are excluded:
    /// touching a file does not change the digest.
    package func digest(includesOwners: Bool) throws -> Digest {
        let stream = SHA256Stream()
        let root = try self.root.rootedDirectory()
        for item in items {
            var firstNames = FirstNames()
            try digest(item.name, item.path, item.status, includesOwners, root, &firstNames, into: stream)
            for descendant in item.descendants {
                let whole = item.path.isEmpty ? descendant.path : item.path + [0x2f] + descendant.path
                try digest(
                    descendant.path, whole, descendant.status, includesOwners, root, &firstNames, into: stream)
            }
            stream.update([0xff])
        }
        return stream.finalize()
    }

    /// The first names of files with several hard links.
    private struct FirstNames {
        private var names: [[UInt64]: [UInt8]] = [:]

        /// The first name of the file; nil if it is this one.
        mutating func first(of status: FileStatus, named name: [UInt8]) -> [UInt8]? {
            guard status.links > 1 else { return nil }
            if let first = names[[status.device, status.inode]] { return first }
            names[[status.device, status.inode]] = name
            return nil
        }
    }

    private func digest(
        _ name: [UInt8], _ path: [UInt8], _ status: FileStatus, _ includesOwners: Bool,
        _ root: borrowing RootedDirectory, _ firstNames: inout FirstNames, into stream: SHA256Stream
    ) throws {
        var header = "\(name.count):".utf8.map { $0 } + name
        header += Array(" \(String(status.mode, radix: 8)) \(status.kind)".utf8)
        if includesOwners { header += Array(" \(status.uid):\(status.gid)".utf8) }
        if status.kind == .characterDevice || status.kind == .blockDevice {
            header += Array(" \(status.deviceMajor):\(status.deviceMinor)".utf8)
        }
        let argument = path.map { CChar(bitPattern: $0) } + [0]
        switch status.kind {
        case .regular:
            header += Array(" \(status.size) ".utf8)
            if let first = firstNames.first(of: status, named: name) {
                header += Array("=\(first.count):".utf8) + first
            }
            let file = try root.openNoSymlinks(argument, O_RDONLY | O_NONBLOCK)
            for (name, value) in try CopiedAttributes.read(file.raw) {
                header += Array("\(name.count):".utf8) + name + Array("\(value.count):".utf8) + value
            }
            stream.update(header + [0x0a])
            try digestContent(of: file, into: stream)
        case .symlink:
            let link = try root.open(argument, OpenFlags.path | O_NOFOLLOW)
            let target = try Files.readSymlink(at: link.raw, "")
            stream.update(header + [0x20] + Array("\(target.count):".utf8) + target + [0x0a])
        default:
            stream.update(header + [0x0a])
        }
    }

    private func digestContent(of file: consuming OwnedFD, into stream: SHA256Stream) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            let count = try file.read(into: buffer)
            if count == 0 { return }
            stream.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
