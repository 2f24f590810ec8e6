import Glibc
import LinuxSystem

/// A file or directory of the host whose content a container gets as a copy, mounted in memory: changes stay in the
/// container and reach neither the host nor a layer.
package struct CopiedMount: Sendable, Equatable {
    /// The absolute path on the host; nothing is mounted if it does not exist.
    package let source: String
    /// The absolute path in the container.
    package let destination: String

    package init(source: String, destination: String) {
        self.source = source
        self.destination = destination
    }

    /// Copies the source to `path`, which must not exist. Symbolic links are replaced by what they lead to, since that
    /// is missing in the container; those to nowhere are left out.
    ///
    /// - Returns: whether there is a source.
    func copy(to path: String) throws -> Bool {
        do throws(LinuxError) {
            let from = try OwnedFD.open(source, O_RDONLY | O_NONBLOCK)
            let parent = try OwnedFD.open(Self.parent(of: path), OpenFlags.path | O_DIRECTORY)
            let name = path.split(separator: "/").last.map { Array(String($0).utf8CString) } ?? []
            try Self.copy(from, into: parent, as: name, depth: 0)
            // Neither a file nor a directory is copied.
            return Files.exists(path)
        } catch {
            guard error.code == ENOENT else { throw error }
            return false
        }
    }

    private static func parent(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    private static func destination(_ name: [CChar]) -> String {
        String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Directories that contain themselves through a symbolic link end here.
    private static let greatestDepth = 40

    private static func copy(
        _ from: borrowing OwnedFD, into parent: borrowing OwnedFD, as name: [CChar], depth: Int
    ) throws(LinuxError) {
        let status = try from.status()
        switch status.kind {
        case .directory:
            guard depth < greatestDepth else {
                throw LinuxError("copy directories nested too deeply to", destination(name), code: ELOOP)
            }
            try Files.makeDirectory(at: parent.raw, name, mode: 0o700)
            let to = try OwnedFD.open(at: parent.raw, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            for entry in try Files.entries(of: from) {
                do throws(LinuxError) {
                    let child = try OwnedFD.open(at: from.raw, entry.name, O_RDONLY | O_NONBLOCK)
                    try copy(child, into: to, as: entry.name, depth: depth + 1)
                } catch {
                    guard error.code == ENOENT || error.code == ENXIO else { throw error }
                }
            }
            try Files.changeMode(fd: to.raw, mode: status.permissions)
        case .regular:
            let to = try OwnedFD.open(at: parent.raw, name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            try Files.cloneOrCopy(from: from, to: to)
            try Files.changeMode(fd: to.raw, mode: status.permissions)
        default: break
        }
    }
}
