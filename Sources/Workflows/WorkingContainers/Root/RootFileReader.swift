import Glibc
import LinuxSystem

/// Reads small files of a container's root (`/etc/passwd`), whose links cannot lead out of it.
package struct RootFileReader: ~Copyable {
    private let root: RootedDirectory
    /// No account database is larger.
    private static let limit = 8 << 20

    package init(_ path: String) throws {
        root = try RootedDirectory(opening: path)
    }

    /// The file's bytes; nil where there is no such file.
    package func read(_ path: String) throws -> [UInt8]? {
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
