/// The patterns of `${V#p}` and its relatives: `*` is any text, `?` any character, the rest is literal.
struct ShellPattern {
    private enum Element: Equatable {
        case literal(Unicode.Scalar)
        case anyOne
        case anyText
    }

    private var elements: [Element] = []

    init(_ text: String, escape: Character) {
        var scalars = Array(text.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "*":
                // A row of stars means the same as one.
                if elements.last != .anyText { elements.append(.anyText) }
            case "?": elements.append(.anyOne)
            case escape.unicodeScalars.first: elements.append(.literal(scalars.popFirst() ?? scalar))
            default: elements.append(.literal(scalar))
            }
        }
    }

    /// Steps that one use of a pattern may take; only absurd patterns on huge values need more.
    private static let maximumWork = 1 << 22

    private struct TooMuchWork: Error {}

    /// The length of the shortest or the longest match at the start of `text`; nil if there is none.
    private static func prefixMatch(
        _ elements: [Element], _ text: ArraySlice<Unicode.Scalar>, longest: Bool, work: inout Int
    ) throws(TooMuchWork) -> Int? {
        // active[i]: the elements before i have matched all of the text so far.
        var active = [Bool](repeating: false, count: elements.count + 1)
        func close(_ states: inout [Bool]) {
            for index in elements.indices where states[index] && elements[index] == .anyText {
                states[index + 1] = true
            }
        }
        active[0] = true
        close(&active)
        var found = active[elements.count] ? 0 : nil
        for (position, scalar) in text.enumerated() {
            if found != nil, !longest { return found }
            var next = [Bool](repeating: false, count: elements.count + 1)
            var isAlive = false
            for index in elements.indices where active[index] {
                switch elements[index] {
                case .anyText: next[index] = true
                case .anyOne: next[index + 1] = true
                case .literal(let wanted) where wanted == scalar: next[index + 1] = true
                case .literal: continue
                }
                isAlive = true
            }
            work += elements.count + 1
            guard work <= maximumWork else { throw TooMuchWork() }
            guard isAlive else { break }
            close(&next)
            active = next
            if active[elements.count] { found = position + 1 }
        }
        return found
    }

    /// `text` without what the pattern matches at its start; nil if that takes too much work.
    func trimStart(of text: String, longest: Bool) -> String? {
        var work = 0
        let scalars = Array(text.unicodeScalars)
        guard let match = try? Self.prefixMatch(elements, scalars[...], longest: longest, work: &work) else {
            return work > Self.maximumWork ? nil : text
        }
        return Self.string(scalars[match...])
    }

    /// `text` without what the pattern matches at its end; nil if that takes too much work.
    func trimEnd(of text: String, longest: Bool) -> String? {
        var work = 0
        let backwards = Array(text.unicodeScalars.reversed())
        guard let match = try? Self.prefixMatch(elements.reversed(), backwards[...], longest: longest, work: &work)
        else {
            return work > Self.maximumWork ? nil : text
        }
        return Self.string(backwards[match...].reversed())
    }

    /// Replaces the first or every longest match; nil if that takes too much work or gives more than `limit`
    /// characters.
    func replacing(in text: String, with replacement: String, everywhere: Bool, limit: Int) -> String? {
        let scalars = Array(text.unicodeScalars)
        let new = Array(replacement.unicodeScalars)
        var result: [Unicode.Scalar] = []
        var position = 0
        var work = 0
        while position < max(scalars.count, 1), !elements.isEmpty {
            let match: Int?
            do {
                match = try Self.prefixMatch(elements, scalars[position...], longest: true, work: &work)
            } catch { return nil }
            if let match {
                result += new
                position += match
                if !everywhere || match == 0 { break }
            } else if position < scalars.count {
                result.append(scalars[position])
                position += 1
            } else {
                break
            }
            guard result.count <= limit else { return nil }
        }
        result += scalars[position...]
        return result.count <= limit ? Self.string(result) : nil
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
