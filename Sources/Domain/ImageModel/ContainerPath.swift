/// Paths inside a container as given by users.
package enum ContainerPath {
    /// The absolute path, without `.` and `..`; a trailing slash, which marks a directory, is kept.
    package static func absolute(_ path: String, from directory: String) -> String {
        let whole = path.hasPrefix("/") ? path : (directory.isEmpty ? "/" : directory) + "/" + path
        var parts: [Substring] = []
        for part in whole.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        let clean = "/" + parts.joined(separator: "/")
        let endsInDirectory = path.hasSuffix("/") || path.hasSuffix("/.") || path == "."
        return endsInDirectory && clean != "/" ? clean + "/" : clean
    }
}
