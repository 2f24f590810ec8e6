/// A compiled pattern over text: the one matcher behind file name, ignore and shell patterns, which only differ in
/// grammar.
///
/// All states are followed at once, so that matching takes time proportional to pattern times text, whatever the
/// pattern.
struct PatternProgram: Sendable {
    enum Node: Equatable {
        case literal(Unicode.Scalar)
        case any
        case anyButSlash
        /// Never a newline.
        case anyInLine
        /// Never a slash.
        case set([ClosedRange<Unicode.Scalar>], negated: Bool)
        case text
        case textWithoutSlash
        case textInLine
        /// Any number of whole directories: go on behind the next node, or stay there first.
        case enterDirectories
        case insideDirectories
    }

    /// A match would take more steps than its caller grants.
    struct OverBudget: Error {}

    let nodes: [Node]
    /// The text that it matches if it has no special nodes at all.
    let literal: String?
    /// All matches start with this.
    private let prefix: [UInt8]

    init(_ nodes: [Node]) {
        self.nodes = nodes
        var text = String.UnicodeScalarView()
        for node in nodes {
            guard case .literal(let scalar) = node else { break }
            text.append(scalar)
        }
        prefix = Array(String(text).utf8)
        literal = text.count == nodes.count ? String(text) : nil
    }

    /// Whether the pattern matches the whole text.
    func matches(_ text: String) -> Bool {
        if let literal { return literal.utf8.elementsEqual(text.utf8) }
        guard text.utf8.starts(with: prefix) else { return false }
        var run = PatternRun(nodes)
        for scalar in text.unicodeScalars {
            guard run.take(scalar) else { return false }
        }
        return run.isMatch
    }

    /// The length of the shortest or the longest match at the start of the text; nil if there is none.
    ///
    /// - Parameter budget: how many steps may still be taken; what is taken is taken off.
    func matchLength(
        at text: ArraySlice<Unicode.Scalar>, longest: Bool, budget: inout Int
    ) throws(OverBudget) -> Int? {
        var run = PatternRun(nodes)
        var found = run.isMatch ? 0 : nil
        for (position, scalar) in text.enumerated() {
            if found != nil, !longest { break }
            budget -= nodes.count + 1
            guard budget >= 0 else { throw OverBudget() }
            guard run.take(scalar) else { break }
            if run.isMatch { found = position + 1 }
        }
        return found
    }
}

/// One use of a pattern: which nodes may come next after what has been taken of the text.
private struct PatternRun {
    private let nodes: [PatternProgram.Node]
    private var active: [Bool]
    private var next: [Bool]

    init(_ nodes: [PatternProgram.Node]) {
        self.nodes = nodes
        active = [Bool](repeating: false, count: nodes.count + 1)
        next = active
        active[0] = true
        close()
    }

    /// Whether all that was taken is a match.
    var isMatch: Bool { active[nodes.count] }

    /// Goes on by one character; false when no match begins like that.
    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        for index in next.indices { next[index] = false }
        var isAlive = false
        for index in nodes.indices where active[index] {
            if step(nodes[index], at: index, scalar) { isAlive = true }
        }
        swap(&active, &next)
        if isAlive { close() }
        return isAlive
    }

    private mutating func step(_ node: PatternProgram.Node, at index: Int, _ scalar: Unicode.Scalar) -> Bool {
        let isSlash = scalar == "/"
        switch node {
        case .literal(let wanted):
            guard wanted == scalar else { return false }
            next[index + 1] = true
        case .any: next[index + 1] = true
        case .anyButSlash:
            guard !isSlash else { return false }
            next[index + 1] = true
        case .anyInLine:
            guard scalar != "\n" else { return false }
            next[index + 1] = true
        case .set(let ranges, let negated):
            guard !isSlash, ranges.contains(where: { $0.contains(scalar) }) != negated else { return false }
            next[index + 1] = true
        case .text: next[index] = true
        case .textWithoutSlash:
            guard !isSlash else { return false }
            next[index] = true
        case .textInLine:
            guard scalar != "\n" else { return false }
            next[index] = true
        case .enterDirectories: return false
        case .insideDirectories:
            next[index] = true
            if isSlash { next[index + 1] = true }
        }
        return true
    }

    /// Adds the nodes that are reached without taking a character.
    private mutating func close() {
        for index in nodes.indices where active[index] {
            switch nodes[index] {
            case .text, .textWithoutSlash, .textInLine: active[index + 1] = true
            case .enterDirectories:
                active[index + 1] = true
                active[index + 2] = true
            default: break
            }
        }
    }
}
