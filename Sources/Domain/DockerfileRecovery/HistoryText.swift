import DockerfileSyntax

/// The parsed `created_by` of a history entry.
enum HistoryText: Equatable {
    /// A command in a shell, with the build arguments visible to it.
    case shell(String, arguments: [BuildArgument], isSure: Bool)
    /// A command without a shell, whose arguments are joined by spaces.
    case joined(String, arguments: [BuildArgument])
    /// Another instruction: its name and all that follows.
    case instruction(Keyword, String)
    /// Text that matches no known instruction.
    case unknown(String)

    struct BuildArgument: Equatable {
        var name: String
        var value: String
    }

    /// Parses an entry.
    ///
    /// - Parameters:
    ///   - shell: the shell of the stage, before the command.
    ///   - declared: the known build argument names, which help to find the ends of values with spaces.
    init(_ createdBy: String, shell: [String], declared: Set<String>) {
        var text = Substring(createdBy)
        let isBuildKit = text.hasSuffix("# buildkit")
        if isBuildKit {
            text = text.dropLast("# buildkit".count)
            if text.hasSuffix(" ") { text = text.dropLast() }
        }
        let shells = ([shell, ["/bin/sh", "-c"]]).map { $0.joined(separator: " ") }
        if let inner = Self.withoutMark(text) {
            self = Self.instruction(inner) ?? .unknown(createdBy)
            return
        }
        let isRun = text.hasPrefix("RUN ")
        if !isRun, let found = Self.instruction(text) {
            self = found
            return
        }
        if isRun { text = text.dropFirst(4) }
        if let run = Self.run(text, shells: shells, declared: declared) {
            self = run
        } else if isRun {
            // Kaniko records the words of the Dockerfile; BuildKit omits the shell only where there was none.
            self = isBuildKit ? .joined(String(text), arguments: []) : .shell(String(text), arguments: [], isSure: true)
        } else {
            self = .unknown(createdBy)
        }
    }

    /// The text after the marker of instructions that ran nothing: `/bin/sh -c #(nop) `.
    private static func withoutMark(_ text: Substring) -> Substring? {
        let mark = "#(nop)"
        let head = text.prefix(256)
        guard let start = head.utf8.indices.first(where: { head[$0...].hasPrefix(mark) }) else { return nil }
        let front = head[..<start]
        guard front.isEmpty || front.hasSuffix("-c ") || front.hasSuffix("/C ") || front.hasSuffix("-Command ") else {
            return nil
        }
        return text[start...].dropFirst(mark.count).drop { $0 == " " }
    }

    private static func instruction(_ text: Substring) -> HistoryText? {
        let word = text.prefix { $0 != " " && $0 != "\t" && $0 != "\n" }
        guard word.utf8.count <= 16, let keyword = Keyword(rawValue: String(word)), word.endIndex < text.endIndex else {
            return nil
        }
        let rest = text[word.endIndex...].drop { $0 == " " || $0 == "\t" }
        if keyword == .run { return .shell(String(rest), arguments: [], isSure: true) }
        return .instruction(keyword, String(rest))
    }

    private static func run(_ text: Substring, shells: [String], declared: Set<String>) -> HistoryText? {
        guard text.hasPrefix("|") else {
            for shell in shells where text.hasPrefix(shell + " ") {
                return .shell(String(text.dropFirst(shell.count + 1)), arguments: [], isSure: true)
            }
            return nil
        }
        let digits = text.dropFirst().prefix { $0.isASCII && $0.isNumber }
        let rest = text[digits.endIndex...]
        guard let count = Int(digits), count <= 10_000, rest.hasPrefix(" ") else { return nil }
        for shell in shells {
            guard let range = firstRange(of: " \(shell) ", in: rest) else { continue }
            let command = String(rest[range.upperBound...])
            guard count > 0 else { return .shell(command, arguments: [], isSure: true) }
            let front = rest[
                rest.index(after: rest.startIndex)..<max(range.lowerBound, rest.index(after: rest.startIndex))]
            guard let found = BuildArgument.split(front, count: count, declared: declared) else { continue }
            return .shell(command, arguments: found.arguments, isSure: found.isSure)
        }
        // Without a shell the ends of the values are ambiguous: take the first words.
        var words = rest.dropFirst()
        var arguments: [BuildArgument] = []
        for _ in 0..<count {
            let word = words.prefix { $0 != " " }
            guard let argument = BuildArgument(word), word.endIndex < words.endIndex else { return nil }
            arguments.append(argument)
            words = words[words.index(after: word.endIndex)...]
        }
        return .joined(String(words), arguments: arguments)
    }

    private static func firstRange(of needle: String, in text: Substring) -> Range<Substring.Index>? {
        let bytes = Array(needle.utf8)
        let haystack = text.utf8
        var start = haystack.startIndex
        while let found = haystack[start...].firstIndex(of: bytes[0]) {
            if haystack[found...].starts(with: bytes) { return found..<haystack.index(found, offsetBy: bytes.count) }
            start = haystack.index(after: found)
        }
        return nil
    }
}

extension HistoryText.BuildArgument {
    /// `NAME=value`.
    init?(_ text: Substring) {
        guard let equals = text.firstIndex(of: "="), Self.isName(text[..<equals]) else { return nil }
        name = String(text[..<equals])
        value = String(text[text.index(after: equals)...])
    }

    static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, first == 0x5f || isLetter(first) else { return false }
        return text.utf8.allSatisfy { $0 == 0x5f || isLetter($0) || (0x30...0x39).contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

    /// Splits `A=1 B=two words` into `count` arguments; nil when there are not as many.
    static func split(
        _ text: Substring, count: Int, declared: Set<String>
    ) -> (arguments: [HistoryText.BuildArgument], isSure: Bool)? {
        var words: [Substring] = text.split(separator: " ", omittingEmptySubsequences: false)
        if words.last == "" { words.removeLast() }
        let starts = words.indices.filter { HistoryText.BuildArgument(words[$0]) != nil }
        guard starts.first == 0, starts.count >= count else { return nil }
        var chosen = starts
        if starts.count > count {
            chosen = starts.filter { HistoryText.BuildArgument(words[$0]).map { declared.contains($0.name) } ?? false }
            if chosen.count != count || chosen.first != 0 { chosen = Array(starts.prefix(count)) }
        }
        var arguments: [HistoryText.BuildArgument] = []
        for (index, start) in chosen.enumerated() {
            let end = index + 1 < chosen.count ? chosen[index + 1] : words.endIndex
            let whole = words[start..<end].joined(separator: " ")
            guard let argument = HistoryText.BuildArgument(Substring(whole)) else { return nil }
            arguments.append(argument)
        }
        return (arguments, starts.count == count)
    }
}
