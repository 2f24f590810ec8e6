/// The files and directories of the host that every container gets a copy of: containers-mounts.conf(5), with which
/// distributions hand their subscriptions to containers.
package struct DefaultMounts: Sendable, Equatable {
    /// A line of the file.
    package struct Entry: Sendable, Equatable {
        /// The absolute path on the host.
        package let source: String
        /// The absolute path in the container.
        package let destination: String
    }

    /// The file; nil: there is none.
    package var file: String?
    /// Its entries, in order.
    package var entries: [Entry] = []

    package init() {}

    /// The entries of `named`, otherwise of the highest file that exists of an ordinary user's own,
    /// `/etc/containers/mounts.conf` and `/usr/share/containers/mounts.conf`.
    ///
    /// - Throws: ``ConfigError`` for a specified file that is missing, and for a destination that is not absolute.
    package static func load(env: ConfigEnvironment, named: String? = nil) throws(ConfigError) -> DefaultMounts {
        let path: String
        if let named {
            path = named
        } else if let found = try file(env: env) {
            path = found
        } else {
            return DefaultMounts()
        }
        guard let bytes = try ConfigFiles.readIfPresent(path) else {
            throw ConfigError(.notFound, "no such file", file: path)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigError(.syntax, "not UTF-8", file: path)
        }
        var mounts = DefaultMounts()
        mounts.file = path
        mounts.entries = try parse(text, path)
        return mounts
    }

    static func file(env: ConfigEnvironment) throws(ConfigError) -> String? {
        let search = ConfigSearch(name: "mounts")
        let candidates = search.mainFiles(env).dropFirst(env.uid == 0 && env.configHome != nil ? 1 : 0)
        return candidates.first(where: ConfigFiles.exists)
    }

    private static func parse(_ text: String, _ file: String) throws(ConfigError) -> [Entry] {
        var entries: [Entry] = []
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = raw.drop(while: \.isWhitespace)
            // Comments, and whatever else does not begin with a path.
            guard line.hasPrefix("/") else { continue }
            let trimmed = String(line.reversed().drop(while: \.isWhitespace).reversed())
            let parts = trimmed.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let destination = parts.count == 2 ? parts[1] : parts[0]
            guard destination.hasPrefix("/") else {
                throw ConfigError(
                    .invalidValue, "the destination \"\(destination)\" is not absolute", file: file, line: index + 1)
            }
            entries.append(Entry(source: parts[0], destination: destination))
        }
        return entries
    }
}
