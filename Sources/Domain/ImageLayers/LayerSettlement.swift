import CLinux
import Glibc
import LinuxSystem

/// What applying a layer to a directory of its own leaves open until the layers below it are known: layers are applied
/// in parallel.
package struct LayerSettlement: Sendable {
    /// Directories that the archive implies but does not list: they must not hide the attributes of lower ones. Paths
    /// are NUL-terminated and relative to the root.
    private(set) var implied: Set<[CChar]> = []
    /// Deletions. Of something that no lower layer has, they would be shown as broken entries.
    private(set) var whiteouts: Set<[CChar]> = []
    private var byteCount = 0

    private static let mostBytes = 64 << 20

    /// Nothing to do.
    package init() {}

    mutating func addImplied(_ path: [CChar]) throws(LayerError) {
        if implied.insert(path).inserted { try count(path) }
    }

    mutating func addWhiteout(_ path: [CChar]) throws(LayerError) {
        if whiteouts.insert(path).inserted { try count(path) }
    }

    /// The archive lists the directory after all.
    mutating func removeImplied(_ path: [CChar]) {
        implied.remove(path)
    }

    private mutating func count(_ path: [CChar]) throws(LayerError) {
        byteCount += path.count + 80
        guard byteCount < Self.mostBytes else {
            throw LayerError(.malformed, "the layer has too many deletions and directories that it does not list")
        }
    }

    /// Completes the layer.
    ///
    /// - Parameters:
    ///   - directory: the layer's own files.
    ///   - lowerDirectories: those of all layers below, nearest first.
    ///   - style: how the layer represents deletions.
    package func settle(_ directory: String, upon lowerDirectories: [String], style: WhiteoutStyle) throws {
        if implied.isEmpty && whiteouts.isEmpty { return }
        let root = try RootedDirectory(opening: directory)
        let lower = LowerLayers(lowerDirectories, style: style)
        for path in implied {
            guard let made = try? root.openNoSymlinks(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { continue }
            if let found = lower.directory(path) { try found.apply(to: made.raw) }
        }
        for path in whiteouts where !lower.contains(path) || lower.liesInOpaque(path, root) {
            let (parent, name) = LayerSettlement.split(path)
            guard let above = try? root.openNoSymlinks(parent, OpenFlags.path | O_DIRECTORY),
                let status = try Files.statusIfPresent(at: above.raw, name), status.isWhiteout
            else { continue }
            let times = try above.status()
            _ = linux_unlinkat(above.raw, name, 0)
            let opened = try root.openNoSymlinks(parent, O_RDONLY | O_DIRECTORY)
            try Files.setTimes(fd: opened.raw, access: times.access, modification: times.modification)
        }
    }

    private static func split(_ path: [CChar]) -> (parent: [CChar], name: [CChar]) {
        guard let slash = path.lastIndex(of: 0x2f) else { return ([0x2e, 0], path) }
        return (Array(path[..<slash]) + [0], Array(path[path.index(after: slash)...]))
    }
}

extension FileStatus {
    /// Whether it is a deletion, as overlayfs represents it.
    var isWhiteout: Bool { kind == .characterDevice && deviceMajor == 0 && deviceMinor == 0 }
}

/// The attributes of a directory that the archive implies but does not list.
struct ImpliedDirectory {
    var mode: UInt32 = 0o755
    var uid: UInt32 = 0
    var gid: UInt32 = 0
    var modification: FileTime?
    var attributes: [(name: [CChar], value: [UInt8])] = []

    /// Sets everything except the owner where that is impossible, as in the lower layer.
    func apply(to directory: Int32) throws {
        _ = linux_fchown(directory, uid, gid)
        try Files.changeMode(fd: directory, mode: mode)
        for attribute in attributes {
            // Where the lower layer's file system could store it, this one can.
            try? ExtendedAttributes.set(attribute.name, value: attribute.value, fd: directory)
        }
        if let modification { try Files.setTimes(fd: directory, access: modification, modification: modification) }
    }
}

/// The layers below one that is being made, as far as they show through.
struct LowerLayers {
    private let directories: [String]
    private let style: WhiteoutStyle

    init(_ directories: [String], style: WhiteoutStyle) {
        self.directories = directories
        self.style = style
    }

    /// The nearest directory of that path that shows through; nil if there is none.
    func directory(_ path: [CChar]) -> ImpliedDirectory? {
        find(path) { found, lower in
            guard let status = try? found.status(), status.kind == .directory else { return nil }
            return ImpliedDirectory(
                mode: status.permissions, uid: status.uid, gid: status.gid, modification: status.modification,
                attributes: attributes(of: path, in: lower))
        }
    }

    /// Whether something of that path shows through.
    func contains(_ path: [CChar]) -> Bool {
        find(path) { found, _ in (try? found.status())?.isWhiteout == false ? true : nil } ?? false
    }

    /// Decided by the nearest layer that has this name, or hides it.
    private func find<T>(
        _ path: [CChar], _ read: (borrowing OwnedFD, borrowing RootedDirectory) -> T?
    ) -> T? {
        for lower in directories {
            guard let directory = try? RootedDirectory(opening: lower) else { continue }
            do throws(LinuxError) {
                // A link in a lower layer would resolve through the merged tree, which is not available here.
                return read(try directory.openNoSymlinks(path, OpenFlags.path | O_NOFOLLOW), directory)
            } catch {
                // Lower layers do not show through a non-directory or an opaque directory.
                if error.code != ENOENT || liesInOpaque(path, directory) { return nil }
            }
        }
        return nil
    }

    /// Whether a directory above the path is opaque in this layer.
    func liesInOpaque(_ path: [CChar], _ layer: borrowing RootedDirectory) -> Bool {
        guard let attribute = style.opaqueAttribute else { return false }
        for end in path.indices where path[end] == 0x2f {
            guard let above = try? layer.openNoSymlinks(Array(path[..<end]) + [0], O_RDONLY | O_DIRECTORY) else {
                return false
            }
            if let value = try? ExtendedAttributes.get(attribute, fd: above.raw), value == [0x79] { return true }
        }
        return false
    }

    /// The attributes of an image's directory; without access to it, none.
    private func attributes(
        of path: [CChar], in lower: borrowing RootedDirectory
    ) -> [(name: [CChar], value: [UInt8])] {
        guard let directory = try? lower.openNoSymlinks(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
            let names = try? ExtendedAttributes.list(fd: directory.raw)
        else { return [] }
        var found: [(name: [CChar], value: [UInt8])] = []
        for name in names where AttributePolicy.isApplied(name) {
            let name = name.map { CChar(bitPattern: $0) } + [0]
            if let value = try? ExtendedAttributes.get(name, fd: directory.raw) { found.append((name, value)) }
        }
        return found
    }
}
