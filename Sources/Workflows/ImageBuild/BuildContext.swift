package import DockerfileSyntax
package import WorkingContainers

/// The directory that COPY and ADD read, with what its ignore file hides.
package struct BuildContext: Sendable {
    let directory: String
    let ignored: IgnorePatterns?
    /// The ignore file's path.
    let ignoreFile: String?

    init(directory: String, ignored: IgnorePatterns?, ignoreFile: String?) {
        self.directory = directory
        self.ignored = ignored
        self.ignoreFile = ignoreFile
    }

    /// Selects sources from any directory, less what an ignore file and other patterns hide.
    ///
    /// - Parameter ignoreFile: the ignore file's path, for messages.
    package static func select(
        _ sources: [String], from root: String, ignored: IgnorePatterns?, excluding excludes: [String],
        ignoreFile: String? = nil
    ) throws -> CopySelection {
        var hidden = ignored.map { [$0] } ?? []
        if !excludes.isEmpty { hidden.append(try IgnorePatterns(patterns: excludes)) }
        let patterns = hidden
        let filter =
            patterns.isEmpty
            ? CopyFilter.everything
            : CopyFilter(
                excludes: { path, _ in patterns.contains { $0.matches(path) } },
                mayIncludeBelow: { path in
                    patterns.allSatisfy { !$0.matches(path) || $0.couldContainExceptionBelow(path) }
                }, origin: ignoreFile)
        let selector = try CopySelector(root: root, filter: filter) { pattern, name in
            guard let wildcard = WildcardPattern(pattern) else {
                throw BuildError(.invalid, "syntax error in pattern \(pattern)")
            }
            return wildcard.matches(name)
        }
        return try selector.select(sources)
    }
}
