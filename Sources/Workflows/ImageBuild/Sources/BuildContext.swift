import BuildGraph
package import DockerfileSyntax
package import LinuxSystem
package import WorkingContainers

/// A resolved directory, and its name for messages.
package struct NamedDirectory: Sendable {
    package let path: String
    package let handle: PathHandle

    /// A resolved directory with a name for messages.
    package init(path: String, handle: PathHandle) {
        self.path = path
        self.handle = handle
    }

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

    /// A context in addition to the main one, whose own ignore file applies.
    init(withOwnIgnoreFile directory: NamedDirectory) throws {
        let root = try directory.handle.rootedDirectory()
        for name in [".containerignore", ".dockerignore"] {
            guard let file = try? root.handle(at: name), try file.status().kind == .regular else { continue }
            let path = "\(directory.path)/\(name)"
            let patterns = try IgnorePatterns(parsing: file.readFile(limit: Self.largestIgnoreFile), file: path)
            self.init(directory: directory, ignored: patterns, ignoreFile: path)
            return
        }
        self.init(directory: directory, ignored: nil, ignoreFile: nil)
    }

    private static let largestIgnoreFile = 16 << 20

    /// Selects sources from the directory at a trusted path (from the user or this program), as below.
    package static func select(
        _ sources: [String], from root: String, ignored: IgnorePatterns?, excluding excludes: [String],
        keepingParents: Bool = false, followsLinks: Bool = true
    ) throws -> CopySelection {
        try select(
            sources, from: NamedDirectory(trusting: root), ignored: ignored, excluding: excludes,
            keepingParents: keepingParents, followsLinks: followsLinks)
    }

    /// Selects sources from any directory, except those excluded by an ignore file and other patterns.
    ///
    /// - Parameters:
    ///   - excludes: the patterns of `--exclude`.
    ///   - keepingParents: whether to select the sources' parent directories as well (`--parents`).
    ///   - ignoreFile: the ignore file's path, for messages.
    ///   - followsLinks: whether a source that is a link means the link's target.
    package static func select(
        _ sources: [String], from root: NamedDirectory, ignored: IgnorePatterns?, excluding excludes: [String],
        keepingParents: Bool = false, ignoreFile: String? = nil, followsLinks: Bool = true
    ) throws -> CopySelection {
        var selector = try CopySelector(
            root: root.handle, named: root.path, filter: filter(ignored, ignoreFile), exclusions: exclusions(excludes)
        ) { pattern, name in
            guard let wildcard = WildcardPattern(pattern) else {
                throw BuildError(.invalid, "syntax error in pattern \(pattern)")
            }
            return wildcard.matches(FileNameText.text(name))
        }
        selector.followsLinks = followsLinks
        return keepingParents
            ? try selector.selectWithParents(sources, pathPattern) : try selector.select(sources)
    }

    private static func filter(_ ignored: IgnorePatterns?, _ ignoreFile: String?) -> CopyFilter {
        guard let ignored, !ignored.isEmpty else { return .everything }
        return CopyFilter(
            excludes: { path, _ in ignored.matches(FileNameText.text(path)) },
            mayIncludeBelow: { path in
                let path = FileNameText.text(path)
                return !ignored.matches(path) || ignored.couldContainExceptionBelow(path)
            }, origin: ignoreFile)
    }

    private static func exclusions(_ texts: [String]) throws -> CopyExclusions? {
        guard !texts.isEmpty else { return nil }
        let patterns = try IgnorePatterns(patterns: texts)
        return CopyExclusions(
            excludes: { paths in patterns.matches(anyOf: paths.map { FileNameText.text($0) }) },
            mayIncludeBelow: { patterns.couldContainExceptionBelow(FileNameText.text($0)) })
    }

    private static func pathPattern(_ text: String) throws -> CopyPathPattern {
        // An exclamation mark in a source is part of a name.
        let pattern = try IgnorePatterns(patterns: [text.hasPrefix("!") ? "\\" + text : text])
        return CopyPathPattern(
            matches: { pattern.matches(FileNameText.text($0)) },
            mayMatchBelow: { pattern.couldMatchBelow(FileNameText.text($0)) })
    }
}
