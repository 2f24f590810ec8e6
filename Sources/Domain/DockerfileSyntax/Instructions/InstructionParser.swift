/// Parses one logical line, with its heredocs, into an `Instruction`.
struct InstructionParser {
    let line: LogicalLine
    let heredocs: [Heredoc]
    let keyword: Keyword
    /// The location of the keyword.
    let keywordRange: Range<Int>
    let flags: InstructionFlags

    /// The arguments after the flags, trimmed.
    var arguments: Range<Int> { flags.rest }

    /// Parses the keyword and the flags of a line. `range` is the part of the line to parse.
    init(_ line: LogicalLine, range: Range<Int>, heredocs: [Heredoc]) throws(Diagnostic) {
        let (word, rest) = line.splitFirstWord(line.trimmed(range))
        self.line = line
        self.heredocs = heredocs
        keywordRange = word
        keyword = try Self.keyword(line, word)
        flags =
            keyword == .onbuild
            ? InstructionFlags(line, rest.upperBound..<rest.upperBound, keyword: .onbuild)
            : InstructionFlags(line, rest, keyword: keyword)
        triggerRange = rest
    }

    /// Everything after the keyword.
    private let triggerRange: Range<Int>

    static func keyword(_ line: LogicalLine, _ word: Range<Int>) throws(Diagnostic) -> Keyword {
        let name = line.text(word)
        if let keyword = Keyword(rawValue: name.uppercased()) { return keyword }
        let hint = Suggestion.hint(for: name.uppercased(), among: Keyword.allCases.map(\.rawValue))
        throw line.error(word, "unknown instruction: \(name.uppercased())\(hint)")
    }

    func instruction() throws(Diagnostic) -> Instruction {
        let whole = keywordRange.lowerBound..<line.trimmed(line.all).upperBound
        return Instruction(
            keyword: keyword, kind: try kind(), text: line.text(whole), range: line.sourceRange(whole),
            heredocs: heredocs)
    }

    private func kind() throws(Diagnostic) -> Instruction.Kind {
        switch keyword {
        case .from: return .from(try from())
        case .run: return .run(try run())
        case .copy: return .copy(try copy())
        case .add: return .add(try copy())
        case .healthcheck: return .healthcheck(try healthcheck())
        case .onbuild: return .onbuild(try onbuild())
        default: break
        }
        try flags.check(known: [])
        switch keyword {
        case .arg: return .arg(try argumentDeclarations())
        case .env: return .env(try keyValues())
        case .label: return .label(try keyValues())
        case .workdir: return .workdir(try onlyArgument())
        case .user: return .user(try onlyArgument())
        case .stopSignal: return .stopSignal(try onlyArgument())
        case .expose: return .expose(try words())
        case .volume: return .volume(try volumes())
        case .cmd: return .cmd(try commandForm(arguments))
        case .entrypoint: return .entrypoint(try commandForm(arguments))
        case .shell: return .shell(try shell())
        default: return .maintainer(try onlyArgument().text)
        }
    }

    /// An error about missing or excess arguments, located at the arguments or else at the keyword.
    func error(_ message: String) -> Diagnostic {
        line.error(arguments.isEmpty ? keywordRange : arguments, message)
    }
}

// Shared by several instructions.
extension InstructionParser {
    /// The arguments as one word, which must not be empty.
    func onlyArgument() throws(Diagnostic) -> Word {
        guard !arguments.isEmpty else { throw error("\(keyword.rawValue) requires exactly one argument") }
        return line.word(arguments)
    }

    /// One or more words.
    func words() throws(Diagnostic) -> [Word] {
        guard !arguments.isEmpty else { throw error("\(keyword.rawValue) requires at least one argument") }
        return line.plainWords(arguments).map(line.word)
    }

    /// The strings of the JSON form; nil if the range is in shell form.
    func jsonForm(_ range: Range<Int>) throws(Diagnostic) -> [String]? {
        switch JSONStringArray.parse(line.bytes[range]) {
        case .strings(let strings): return strings
        case .notJSON: return nil
        case .otherArray:
            throw line.error(range, "when using JSON array syntax, arrays must be comprised of strings only")
        }
    }

    /// A command in shell or JSON form, which must not be empty.
    func commandForm(_ range: Range<Int>) throws(Diagnostic) -> CommandForm {
        guard !range.isEmpty else { throw error("\(keyword.rawValue) requires at least one argument") }
        if let strings = try jsonForm(range) { return .exec(strings) }
        return .shell(line.text(range))
    }

    /// The words of the JSON form (all with the range of the whole) or of the plain form.
    func jsonOrPlainWords() throws(Diagnostic) -> [Word] {
        if let strings = try jsonForm(arguments) {
            let range = line.sourceRange(arguments)
            return strings.map { Word($0, range: range) }
        }
        return line.plainWords(arguments).map(line.word)
    }

    /// SHELL accepts only the JSON form.
    private func shell() throws(Diagnostic) -> [String] {
        guard let strings = try jsonForm(arguments) else {
            throw error("SHELL requires the arguments to be in JSON form")
        }
        guard !strings.isEmpty else { throw error("SHELL requires at least one argument") }
        return strings
    }

    private func volumes() throws(Diagnostic) -> [Word] {
        let words = try jsonOrPlainWords()
        guard !words.isEmpty else { throw error("VOLUME requires at least one argument") }
        if words.contains(where: { $0.text.isEmpty }) { throw error("VOLUME specified can not be an empty string") }
        return words
    }

    /// The instruction after ONBUILD, checked as if it stood alone.
    private func onbuild() throws(Diagnostic) -> OnbuildTrigger {
        let range = triggerRange
        guard !range.isEmpty else { throw error("ONBUILD requires at least one argument") }
        let inner = try InstructionParser(line, range: range, heredocs: heredocs)
        switch inner.keyword {
        case .onbuild: throw line.error(inner.keywordRange, "chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
        case .from, .maintainer:
            throw line.error(inner.keywordRange, "\(inner.keyword.rawValue) isn't allowed as an ONBUILD trigger")
        default: break
        }
        let instruction = try inner.instruction()
        let bodies = heredocs.map { "\n\($0.rawContent)\($0.name)" }.joined()
        return OnbuildTrigger(text: instruction.text + bodies, instruction: instruction)
    }
}
