/// A compiled file name pattern: Go's `filepath.Match` (`* ? [a-z] [^a] \x`), with `**` on request.
///
/// Matching takes time proportional to pattern times path, whatever the pattern.
struct GlobProgram: Sendable {
    /// The pattern is not well formed: an open bracket, an empty or reversed range, or a lone escape at the end.
    struct Malformed: Error {}

    private enum Node: Equatable {
        case literal(Unicode.Scalar)
        case anyOne
        case set([ClosedRange<Unicode.Scalar>], negated: Bool)
        /// Any text without a slash.
        case star
        /// Any text.
        case anything
        /// Any number of whole directories: go on behind the next node, or stay there first.
        case enterDirectories
        case insideDirectories
    }

    private var nodes: [Node] = []
    /// The text that it matches if it has no special characters at all.
    private(set) var literal: String?
    /// All matches start with this.
    private var prefix: [UInt8] = []

    /// Compiles a pattern. With `doubleStars`, `**` matches across slashes as in ignore files.
    init(_ pattern: String, doubleStars: Bool) throws(Malformed) {
        var rest = Array(pattern.unicodeScalars)[...]
        var isFirst = true
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*" where doubleStars && rest.first == "*":
                rest.removeFirst()
                addDoubleStar(&rest, isFirst: isFirst)
            case "*": nodes.append(.star)
            case "?": nodes.append(.anyOne)
            case "[": nodes.append(try Self.set(&rest))
            case "\\":
                guard let escaped = rest.popFirst() else { throw Malformed() }
                nodes.append(.literal(escaped))
            default: nodes.append(.literal(scalar))
            }
            isFirst = false
        }
        var text = ""
        for case .literal(let scalar) in nodes.prefix(while: { if case .literal = $0 { true } else { false } }) {
            text.unicodeScalars.append(scalar)
        }
        prefix = Array(text.utf8)
        if text.unicodeScalars.count == nodes.count { literal = text }
    }

    private mutating func addDoubleStar(_ rest: inout ArraySlice<Unicode.Scalar>, isFirst: Bool) {
        let hasSlash = rest.first == "/"
        if hasSlash { rest.removeFirst() }
        if rest.isEmpty {
            nodes.append(.anything)
        } else if isFirst, !hasSlash, !rest.contains(where: { "*?[\\".unicodeScalars.contains($0) }) {
            // `**name` with nothing else special is any path that ends with the name.
            nodes.append(.anything)
        } else {
            nodes += [.enterDirectories, .insideDirectories]
        }
    }

    private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) throws(Malformed) -> Node {
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

    /// Whether the pattern matches the whole path.
    func matches(_ path: String) -> Bool {
        if let literal { return literal.utf8.elementsEqual(path.utf8) }
        guard path.utf8.starts(with: prefix) else { return false }
        var active = [Bool](repeating: false, count: nodes.count + 1)
        active[0] = true
        close(&active)
        for scalar in path.unicodeScalars {
            var next = [Bool](repeating: false, count: nodes.count + 1)
            var isAlive = false
            for index in nodes.indices where active[index] {
                if step(nodes[index], at: index, scalar, &next) { isAlive = true }
            }
            guard isAlive else { return false }
            close(&next)
            active = next
        }
        return active[nodes.count]
    }

    private func step(_ node: Node, at index: Int, _ scalar: Unicode.Scalar, _ next: inout [Bool]) -> Bool {
        let isSlash = scalar == "/"
        switch node {
        case .literal(let wanted):
            guard wanted == scalar else { return false }
            next[index + 1] = true
        case .anyOne:
            guard !isSlash else { return false }
            next[index + 1] = true
        case .set(let ranges, let negated):
            guard !isSlash, ranges.contains(where: { $0.contains(scalar) }) != negated else { return false }
            next[index + 1] = true
        case .star:
            guard !isSlash else { return false }
            next[index] = true
        case .anything: next[index] = true
        case .enterDirectories: return false
        case .insideDirectories:
            next[index] = true
            if isSlash { next[index + 1] = true }
        }
        return true
    }

    /// Adds the nodes that are reached without taking a character.
    private func close(_ states: inout [Bool]) {
        for index in nodes.indices where states[index] {
            switch nodes[index] {
            case .star, .anything: states[index + 1] = true
            case .enterDirectories:
                states[index + 1] = true
                states[index + 2] = true
            default: break
            }
        }
    }
}
