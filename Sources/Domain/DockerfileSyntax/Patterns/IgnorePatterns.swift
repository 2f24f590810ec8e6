/// The patterns of a `.dockerignore` or `.containerignore` file, or of `--exclude` flags.
///
/// Semantics of moby/patternmatcher: Go's `filepath.Match` plus `**`; the last pattern that matches a path or one of
/// its parent directories decides; `!` makes an exception. Paths are relative to the context, without a leading slash.
package struct IgnorePatterns: Sendable {
    struct Pattern: Sendable {
        let isException: Bool
        let text: String
        let glob: GlobPattern
        /// The parts between slashes, for pruning; nil if a part is no pattern by itself.
        let components: [GlobPattern]?
    }

    /// Which patterns match a directory or one of its parents; avoids matching them again for its contents.
    package struct ParentMatches: Sendable {
        fileprivate var matched: [Bool]
    }

    let patterns: [Pattern]
    /// Whether any pattern is an exception: if not, an ignored directory can be pruned without further checks.
    package let hasExceptions: Bool

    /// Ignores nothing.
    package static let none = IgnorePatterns([])

    private init(_ patterns: [Pattern]) {
        self.patterns = patterns
        hasExceptions = patterns.contains(where: \.isException)
    }

    /// Whether there are no patterns, so that nothing is ignored.
    package var isEmpty: Bool { patterns.isEmpty }

    /// Parses a file: one pattern per line; lines that start with `#` are comments. `file` is its name in errors. Bytes
    /// that are not UTF-8 match the same bytes in names.
    package init(parsing bytes: [UInt8], file: String) throws(Diagnostic) {
        let source = SourceText(file: file, bytes: Array(FileNameText.text(bytes).utf8))
        var patterns: [Pattern] = []
        for (index, range) in source.lines.enumerated() where source.bytes[range].first != UInt8(ascii: "#") {
            var text = PathText.trimmed(source.line(index + 1))
            guard !text.isEmpty else { continue }
            let isException = text.utf8.first == UInt8(ascii: "!")
            if isException { text = PathText.trimmed(text.dropFirst()) }
            guard let pattern = Self.pattern(text, isException: isException) else {
                throw Diagnostic(
                    file: file, range: source.range(range),
                    isException && text.isEmpty
                        ? "illegal exclusion pattern: \"!\"" : "syntax error in pattern \(text.quotedForMessage)")
            }
            patterns.append(pattern)
        }
        self.init(patterns)
    }

    /// Patterns from flags. The error is the malformed pattern.
    package init(patterns texts: [String]) throws(MalformedPattern) {
        var patterns: [Pattern] = []
        for raw in texts {
            var text = PathText.trimmed(raw)
            guard !text.isEmpty else { continue }
            let isException = text.utf8.first == UInt8(ascii: "!")
            if isException { text = PathText.trimmed(text.dropFirst()) }
            guard let pattern = Self.pattern(text, isException: isException) else {
                throw MalformedPattern(pattern: raw)
            }
            patterns.append(pattern)
        }
        self.init(patterns)
    }

    /// A malformed pattern.
    package struct MalformedPattern: Error, Sendable, CustomStringConvertible {
        /// As it was given.
        package let pattern: String
        /// `syntax error in pattern "..."`
        package var description: String { "syntax error in pattern \(pattern.quotedForMessage)" }
    }

    private static func pattern(_ text: String, isException: Bool) -> Pattern? {
        guard !text.isEmpty else { return nil }
        var cleaned = PathText.clean(text)
        if cleaned.utf8.count > 1, cleaned.utf8.first == UInt8(ascii: "/") { cleaned = String(cleaned.dropFirst()) }
        guard let glob = try? GlobPattern(cleaned, doubleStars: true) else { return nil }
        var components: [GlobPattern]? = []
        for part in cleaned.split(separator: "/") {
            guard !part.contains("**"), let component = try? GlobPattern(String(part), doubleStars: false) else {
                // From here on anything may match.
                if !part.contains("**") { components = nil }
                break
            }
            components?.append(component)
        }
        return Pattern(isException: isException, text: cleaned, glob: glob, components: components)
    }
}

extension IgnorePatterns {
    /// Whether `path`, in the form of ``FileNameText``, is ignored.
    package func matches(_ path: String) -> Bool {
        guard !patterns.isEmpty else { return false }
        var candidates: [String] = []
        var end = path.utf8.endIndex
        candidates.append(path)
        while let slash = path.utf8[..<end].lastIndex(of: UInt8(ascii: "/")) {
            end = slash
            if end > path.startIndex { candidates.append(String(path[..<end])) }
        }
        return matches(anyOf: candidates)
    }

    /// Whether a file is ignored that has any of these paths, which include those of its parent directories. Each
    /// pattern applies if it matches one of them.
    package func matches(anyOf paths: [String]) -> Bool {
        var isIgnored = false
        for pattern in patterns where pattern.isException == isIgnored {
            if paths.contains(where: pattern.glob.matches) { isIgnored.toggle() }
        }
        return isIgnored
    }

    /// Like `matches`, for a walker that descends from the context's root and keeps each directory's matches: nil at
    /// the top, then those that were returned for the parent directory.
    package func evaluate(_ path: String, below parent: ParentMatches?) -> (isIgnored: Bool, matches: ParentMatches) {
        var matches = parent ?? ParentMatches(matched: [Bool](repeating: false, count: patterns.count))
        var isIgnored = false
        for (index, pattern) in patterns.enumerated() {
            if !matches.matched[index] { matches.matched[index] = pattern.glob.matches(path) }
            if matches.matched[index] { isIgnored = !pattern.isException }
        }
        return (isIgnored, matches)
    }

    /// Whether an exception may apply to something below the directory, so that a walker has to enter it although it is
    /// ignored. False is certain; true may be a false positive.
    package func couldContainExceptionBelow(_ directory: String) -> Bool {
        guard hasExceptions else { return false }
        return patterns.contains { $0.isException && $0.couldMatchBelow(directory) }
    }

    /// Whether a pattern other than an exception may match something below the directory. False is certain; true may be
    /// a false positive.
    package func couldMatchBelow(_ directory: String) -> Bool {
        patterns.contains { !$0.isException && $0.couldMatchBelow(directory) }
    }
}

extension IgnorePatterns.Pattern {
    /// Whether it may match the directory, a parent of it, or something further down.
    fileprivate func couldMatchBelow(_ directory: String) -> Bool {
        guard let components else { return true }
        return zip(components, directory.split(separator: "/")).allSatisfy { $0.matches(String($1)) }
    }
}
