/// The grammar of file name patterns: Go's `filepath.Match` (`* ? [a-z] [^a] \x`), with `**` on request.
struct GlobPattern: Sendable {
    /// The pattern is not well formed: an open bracket, an empty or reversed range, or a lone escape at the end.
    struct Malformed: Error {}

    private let program: PatternProgram

    /// Compiles a pattern. With `doubleStars`, `**` matches across slashes as in ignore files.
    init(_ pattern: String, doubleStars: Bool) throws(Malformed) {
        var rest = Array(pattern.unicodeScalars)[...]
        var nodes: [PatternProgram.Node] = []
        var isFirst = true
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*" where doubleStars && rest.first == "*":
                rest.removeFirst()
                nodes += Self.doubleStar(&rest, isFirst: isFirst)
            case "*": nodes.append(.textWithoutSlash)
            case "?": nodes.append(.anyButSlash)
            case "[": nodes.append(try Self.set(&rest))
            case "\\":
                guard let escaped = rest.popFirst() else { throw Malformed() }
                nodes.append(.literal(escaped))
            default: nodes.append(.literal(scalar))
            }
            isFirst = false
        }
        program = PatternProgram(nodes)
    }

    /// The text that it matches if it has no special characters at all.
    var literal: String? { program.literal }

    /// Whether the pattern matches the whole path.
    func matches(_ path: String) -> Bool { program.matches(path) }

    private static func doubleStar(_ rest: inout ArraySlice<Unicode.Scalar>, isFirst: Bool) -> [PatternProgram.Node] {
        let hasSlash = rest.first == "/"
        if hasSlash { rest.removeFirst() }
        if rest.isEmpty { return [.text] }
        // `**name` with nothing else special is any path that ends with the name.
        if isFirst, !hasSlash, !rest.contains(where: { "*?[\\".unicodeScalars.contains($0) }) { return [.text] }
        return [.enterDirectories, .insideDirectories]
    }

    private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) throws(Malformed) -> PatternProgram.Node {
        let negated = rest.first == "^"
        if negated { rest.removeFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while true {
            if rest.first == "]", !ranges.isEmpty {
                rest.removeFirst()
                return .set(ranges, negated: negated)
            }
            let low = try setMember(&rest)
            var high = low
            if rest.first == "-" {
                rest.removeFirst()
                high = try setMember(&rest)
            }
            // Go gives a reversed range no members.
            if low <= high { ranges.append(low...high) } else { ranges.append("/"..."/") }
        }
    }

    private static func setMember(_ rest: inout ArraySlice<Unicode.Scalar>) throws(Malformed) -> Unicode.Scalar {
        guard let scalar = rest.popFirst(), scalar != "-", scalar != "]" else { throw Malformed() }
        guard scalar == "\\" else { return scalar }
        guard let escaped = rest.popFirst() else { throw Malformed() }
        return escaped
    }
}
