/// The patterns of `${V#p}` and its relatives: `*` is any text, `?` any character, the rest is literal.
///
/// A backslash escapes `*`, `?`, itself, and the `/` and `}` that would end the pattern, whatever the file's escape
/// character is. `*` and `?` do not match newlines.
struct ShellPattern {
    private let program: PatternProgram

    /// Nil if a backslash escapes anything else.
    init?(_ text: String) {
        var scalars = Array(text.unicodeScalars)[...]
        var nodes: [PatternProgram.Node] = []
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "*":
                // A row of stars means the same as one.
                if nodes.last != .textInLine { nodes.append(.textInLine) }
            case "?": nodes.append(.anyInLine)
            case "\\":
                guard let next = scalars.popFirst(), ["*", "?", "\\", "/", "}"].contains(next) else { return nil }
                nodes.append(.literal(next))
            default: nodes.append(.literal(scalar))
            }
        }
        program = PatternProgram(nodes)
    }

    /// Steps that one use of a pattern may take; only absurd patterns on huge values need more.
    private static let budget = 1 << 22

    /// `text` without a match at its start; nil if that takes too many steps.
    func trimStart(of text: String, longest: Bool) -> String? {
        Self.rest(of: Array(text.unicodeScalars), behind: program, longest: longest).map(Self.string)
    }

    /// `text` without a match at its end; nil if that takes too many steps.
    func trimEnd(of text: String, longest: Bool) -> String? {
        // Read backwards, the pattern matches at the start.
        let backwards = PatternProgram(program.nodes.reversed())
        return Self.rest(of: text.unicodeScalars.reversed(), behind: backwards, longest: longest).map {
            Self.string($0.reversed())
        }
    }

    private static func rest(
        of scalars: [Unicode.Scalar], behind program: PatternProgram, longest: Bool
    ) -> ArraySlice<Unicode.Scalar>? {
        var budget = budget
        do {
            let match = try program.matchLength(at: scalars[...], longest: longest, budget: &budget)
            return scalars[(match ?? 0)...]
        } catch {
            return nil
        }
    }

    /// Replaces the first or every longest match; nil if that takes too many steps or produces more than `limit`
    /// characters. An empty match counts unless it directly follows another one.
    func replacing(in text: String, with replacement: String, everywhere: Bool, limit: Int) -> String? {
        let scalars = Array(text.unicodeScalars)
        let new = Array(replacement.unicodeScalars)
        var result: [Unicode.Scalar] = []
        var position = 0
        var endOfLast = -1
        var budget = Self.budget
        while position <= scalars.count {
            let match: Int?
            do {
                match = try program.matchLength(at: scalars[position...], longest: true, budget: &budget)
            } catch { return nil }
            if let match, match > 0 || position != endOfLast {
                result += new
                position += match
                endOfLast = position
                guard everywhere else { break }
                if match > 0 { continue }
            }
            guard position < scalars.count else { break }
            result.append(scalars[position])
            position += 1
            guard result.count <= limit else { return nil }
        }
        if position < scalars.count { result += scalars[position...] }
        return result.count <= limit ? Self.string(result) : nil
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
