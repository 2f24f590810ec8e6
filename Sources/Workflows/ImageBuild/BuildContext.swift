package import DockerfileSyntax
package import LinuxSystem
package import WorkingContainers

/// A resolved directory, and its name for messages.
package struct NamedDirectory: Sendable {
    package let path: String
    package let handle: PathHandle

    /// Resolves a trusted path (from the user or this program).
    package init(trusting path: String) throws(LinuxError) {
        self.path = path
        handle = try PathHandle(trusting: path)
    }
}

/// The source directory of COPY and ADD, with the exclusions of its ignore file.
package struct BuildContext: Sendable {
    let directory: NamedDirectory
    let ignored: IgnorePatterns?
    /// The ignore file's path.
    let ignoreFile: String?

    init(directory: NamedDirectory, ignored: IgnorePatterns?, ignoreFile: String?) {
        self.directory = directory
        self.ignored = ignored
        self.ignoreFile = ignoreFile
    }

    /// Selects sources from the directory at a trusted path (from the user or this program), as below.
    package static func select(
        _ sources: [String], from root: String, ignored: IgnorePatterns?, excluding excludes: [String]
    ) throws -> CopySelection {
        try select(sources, from: NamedDirectory(trusting: root), ignored: ignored, excluding: excludes)
    }

    /// Selects sources from any directory, except those excluded by an ignore file and other patterns.
    ///
    /// - Parameter ignoreFile: the ignore file's path, for messages.
    package static func select(
        _ sources: [String], from root: NamedDirectory, ignored: IgnorePatterns?, excluding excludes: [String],
        ignoreFile: String? = nil
    ) throws -> CopySelection {
        var hidden = ignored.map { [$0] } ?? []
        if !excludes.isEmpty { hidden.append(try IgnorePatterns(patterns: excludes)) }
        let patterns = hidden
        let filter =
            patterns.isEmpty
            ? CopyFilter.everything
            : CopyFilter(
                excludes: { path, _ in
                    let path = FileNameText.text(path)
                    return patterns.contains { $0.matches(path) }
                },
                mayIncludeBelow: { path in
                    let path = FileNameText.text(path)
                    return patterns.allSatisfy { !$0.matches(path) || $0.couldContainExceptionBelow(path) }
                }, origin: ignoreFile)
        let selector = try CopySelector(root: root.handle, named: root.path, filter: filter) { pattern, name in
            guard let wildcard = WildcardPattern(pattern) else {
                throw BuildError(.invalid, "syntax error in pattern \(pattern)")
            }
            return wildcard.matches(FileNameText.text(name))
        }
        return try selector.select(sources)
    }
}
