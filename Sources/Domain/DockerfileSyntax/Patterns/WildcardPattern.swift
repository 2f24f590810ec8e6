/// A file name pattern in the sources of COPY and ADD: Go's `filepath.Match`.
///
/// `*` and `?` do not match a slash, so that a walker can match directory by directory with `components`.
package struct WildcardPattern: Sendable {
    /// As written.
    package let text: String
    private let pattern: GlobPattern

    /// Compiles a pattern; nil if it is malformed (an unclosed `[`, a trailing `\`).
    package init?(_ text: String) {
        guard let pattern = try? GlobPattern(text, doubleStars: false) else { return nil }
        self.text = text
        self.pattern = pattern
    }

    /// Whether it matches the whole of `path`.
    package func matches(_ path: String) -> Bool { pattern.matches(path) }

    /// The only path that it matches, escapes removed; nil if it has wildcards.
    package var literal: String? { pattern.literal }

    /// The patterns of the parts between slashes, omitting empty parts; nil if one is malformed by itself.
    package var components: [WildcardPattern]? {
        var components: [WildcardPattern] = []
        for part in text.split(separator: "/") {
            guard let component = WildcardPattern(String(part)) else { return nil }
            components.append(component)
        }
        return components
    }

    /// Whether a source is a pattern: it has an unescaped `*`, `?` or `[`.
    package static func hasWildcards(_ text: String) -> Bool {
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if "*?[".utf8.contains(byte) {
                return true
            }
        }
        return false
    }
}
