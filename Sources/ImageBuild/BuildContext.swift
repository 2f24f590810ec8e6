package import DockerfileSyntax
package import WorkingContainers

/// The directory that COPY and ADD read, with what its ignore file hides.
package struct BuildContext: Sendable {
    let directory: String
    let ignored: IgnorePatterns?

    init(directory: String, ignored: IgnorePatterns?) {
        self.directory = directory
        self.ignored = ignored
    }

    /// Selects sources, less what the ignore file and the instruction's own `--exclude` hide.
    func select(_ sources: [String], excluding excludes: [String]) throws -> CopySelection {
        try BuildContext.select(sources, from: directory, ignored: ignored, excluding: excludes)
    }

    /// Selects sources from any directory.
    package static func select(
        _ sources: [String], from root: String, ignored: IgnorePatterns?, excluding excludes: [String]
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
                })
        let selector = try CopySelector(root: root, filter: filter) { pattern, name in
            guard let wildcard = WildcardPattern(pattern) else {
                throw BuildError(.invalid, "syntax error in pattern \(pattern)")
            }
            return wildcard.matches(name)
        }
        return try selector.select(sources)
    }
}
