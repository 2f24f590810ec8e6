import Glibc
import LinuxSystem

/// Reads small files of a container's root (`/etc/passwd`); links cannot lead outside it.
package struct RootFileReader: ~Copyable {
    private let root: RootedDirectory
    /// The maximum size in bytes, enough for any account database.
    private static let limit = 8 << 20

    package init(_ path: String) throws {
        root = try RootedDirectory(opening: path)
    }

    /// The file's content; nil if it does not exist.
    package func read(_ path: String) throws -> [UInt8]? { try RootFileReader.read(path, in: root) }

    /// The content of a file of a root that the caller has opened; nil if it does not exist.
    static func read(_ path: String, in root: borrowing RootedDirectory) throws -> [UInt8]? {
        do throws(LinuxError) {
            let file = try root.open(path, O_RDONLY | O_NONBLOCK)
            guard try file.status().kind == .regular else { return nil }
            return try file.readAll(limit: RootFileReader.limit)
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }
}
