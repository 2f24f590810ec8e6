import Glibc

/// Reads configuration files and examines directories; never writes.
package enum ConfigFiles {
    /// The maximum size of a configuration file in bytes.
    static let sizeLimit = 4 << 20

    /// The file's bytes; nil if it does not exist.
    ///
    /// - Parameter mayBeOutOfReach: whether a file in a directory inaccessible to this user counts as missing too.
    static func readIfPresent(_ path: String, mayBeOutOfReach: Bool = false) throws(ConfigError) -> [UInt8]? {
        // A pipe without a writer must not block; one of this process's own is waited for.
        let isOwn = ["/dev/stdin", "/dev/fd/", "/proc/self/fd/"].contains { path.hasPrefix($0) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (isOwn ? 0 : O_NONBLOCK))
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            let failure = unreadable(path)
            var status = stat()
            if mayBeOutOfReach, errno == EACCES, stat(path, &status) != 0 { return nil }
            throw failure
        }
        defer { close(descriptor) }
        var status = stat()
        guard isOwn || fstat(descriptor, &status) == 0 && [S_IFREG, S_IFDIR, S_IFCHR].contains(status.st_mode & S_IFMT)
        else { throw ConfigError(.unreadable, "cannot be read: not a regular file", file: path) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(path)
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= sizeLimit else {
                throw ConfigError(.unreadable, "larger than \(sizeLimit) bytes", file: path)
            }
        }
    }

    /// The content of any small file, such as a signature; nil if it does not exist.
    package static func contents(of path: String) throws(ConfigError) -> [UInt8]? { try readIfPresent(path) }

    /// Whether `path` exists, following symbolic links.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether `path` exists, without following symbolic links, so that dangling ones count too.
    static func isTaken(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether this process may create `path`, which does not exist, and its missing parents.
    static func canBeMade(_ path: String) -> Bool {
        var above = path[...]
        repeat {
            above = above.lastIndex(of: "/").map { above[..<$0] } ?? ""
        } while !above.isEmpty && !isTaken(String(above))
        return isWritableDirectory(above.isEmpty ? "/" : String(above))
    }

    /// Whether `path` is a directory that belongs to one of `owners`, with full permissions for the owner.
    static func isDirectory(_ path: String, ownedBy owners: [UInt32]) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
        return owners.contains(status.st_uid) && status.st_mode & 0o700 == 0o700
    }

    /// Whether `path` is a directory, following symbolic links.
    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether `path` is a directory in which this process can create files.
    static func isWritableDirectory(_ path: String) -> Bool {
        isDirectory(path) && access(path, W_OK | X_OK) == 0
    }

    /// The names in `directory`, unsorted; empty if there is no such directory.
    ///
    /// - Parameters:
    ///   - suffix: leaves out all other names.
    ///   - mayBeOutOfReach: whether a directory inaccessible to this user counts as missing too.
    static func names(
        in directory: String, endingIn suffix: String = "", mayBeOutOfReach: Bool = false
    ) throws(ConfigError) -> [String] {
        guard let stream = opendir(directory) else {
            if errno == ENOENT || errno == ENOTDIR || (mayBeOutOfReach && errno == EACCES) { return [] }
            throw unreadable(directory)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let bytes = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    Array(UnsafeBufferPointer(start: $0, count: strlen($0)))
                }
            }
            let name = bytes.map { UInt8(bitPattern: $0) }
            guard name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else { continue }
            guard let text = String(validating: name, as: UTF8.self) else {
                throw ConfigError(.unreadable, "contains a file whose name is not UTF-8", file: directory)
            }
            if text != "." && text != ".." { names.append(text) }
        }
        return names
    }

    /// `path` as an absolute path, with symbolic links resolved if it exists, otherwise normalized lexically.
    static func canonical(_ path: String) -> String {
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        return absolute(path)
    }

    /// `path` as an absolute path, normalized lexically.
    static func absolute(_ path: String) -> String {
        var whole = path
        if !path.hasPrefix("/"), let directory = getcwd(nil, 0) {
            whole = String(cString: directory) + "/" + path
            free(directory)
        }
        var parts: [Substring] = []
        for part in whole.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static func unreadable(_ path: String) -> ConfigError {
        ConfigError(.unreadable, "cannot be read: \(String(cString: strerror(errno)))", file: path)
    }
}
