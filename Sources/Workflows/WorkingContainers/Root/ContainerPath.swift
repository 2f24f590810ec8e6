import ImageModel

/// Paths inside a container as users write them.
package enum ContainerPath {
    /// The path from the root, without `.` and `..`; a slash at the end stays, and says that it is a directory.
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

extension WorkingContainer {
    /// A path as a command for this container takes it: relative ones begin in its working directory.
    package func absolutePath(_ path: String) -> String {
        ContainerPath.absolute(path, from: container.workingDir)
    }
}
