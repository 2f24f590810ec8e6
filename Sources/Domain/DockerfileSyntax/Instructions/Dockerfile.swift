/// A parsed Dockerfile.
package struct Dockerfile: Sendable {
    /// One FROM and the instructions up to the next.
    package struct Stage: Sendable {
        /// Starting at 0.
        package let index: Int
        /// The parsed FROM line.
        package let from: FromInstruction
        /// The FROM line itself.
        package let fromInstruction: Instruction
        /// The instructions after the FROM line.
        package fileprivate(set) var instructions: [Instruction] = []

        /// In lower case; nil if it is unnamed.
        package var name: String? { from.name }
    }

    /// For rendering diagnostics.
    package let source: SourceText
    /// The parser directives at the top.
    package let directives: ParserDirectives
    /// The ARG instructions before the first FROM.
    package private(set) var globalArguments: [Instruction] = []
    /// At least one.
    package private(set) var stages: [Stage] = []
    /// Empty lines inside of continued instructions, in file order.
    package private(set) var emptyContinuations: [SourceRange] = []

    /// The maximum file size in bytes.
    package static let maximumSize = 16 << 20
    /// The maximum size of a physical line in bytes: Docker accepts no longer ones.
    package static let maximumLineSize = 65535
    /// The maximum number of stages.
    package static let maximumStages = 4096

    /// Parses the bytes of a file, called `file` in messages. Stops at the first error.
    package init(parsing bytes: [UInt8], file: String) throws(Diagnostic) {
        try self.init(parsing: SourceText(file: file, bytes: bytes))
    }

    /// Parses a text that the caller keeps, so that errors can be rendered with it.
    package init(parsing source: SourceText) throws(Diagnostic) {
        self.source = source
        guard source.bytes.count <= Self.maximumSize else {
            throw Diagnostic(file: source.file, range: nil, "the file is larger than \(Self.maximumSize) bytes")
        }
        if let long = source.lines.first(where: { $0.count > Self.maximumLineSize }) {
            throw Diagnostic(
                file: source.file, range: source.range(long.lowerBound..<long.lowerBound + 1),
                "the line is longer than \(Self.maximumLineSize) bytes")
        }
        directives = try ParserDirectives(reading: source)
        var reader = LogicalLineReader(source: source, escape: directives.escapeByte)
        while let line = reader.next() {
            try add(Self.instruction(line, reader: &reader))
        }
        emptyContinuations = reader.emptyContinuations
        guard !stages.isEmpty else {
            let problem = globalArguments.isEmpty ? "the file has no instructions" : "the file has no FROM instruction"
            throw Diagnostic(file: source.file, range: globalArguments.last?.range, problem)
        }
    }

    /// Parses a single instruction, such as an ONBUILD trigger of a base image, or one that corresponds to a
    /// `--label`-like flag.
    package static func parseInstruction(_ text: String, file: String) throws(Diagnostic) -> Instruction {
        let source = SourceText(file: file, bytes: Array(text.utf8))
        var reader = LogicalLineReader(source: source, escape: UInt8(ascii: "\\"))
        guard let line = reader.next() else { throw Diagnostic(file: file, range: nil, "empty instruction") }
        let instruction = try instruction(line, reader: &reader)
        if let extra = reader.next() {
            throw extra.error(extra.all, "expected a single instruction")
        }
        return instruction
    }

    /// The expander with this file's escape character.
    package var expander: WordExpander { WordExpander(escape: directives.escape) }

    private static func instruction(
        _ line: LogicalLine, reader: inout LogicalLineReader
    ) throws(Diagnostic) -> Instruction {
        var heredocs: [Heredoc] = []
        for word in try heredocWords(line) {
            let text = line.text(word)
            guard var heredoc = Heredoc(word: text, range: line.sourceRange(word)) else { continue }
            // With blanks it may as well be a shift: `$((1 << n))`.
            if text.utf8.contains(where: \.isSpace), !text.utf8.contains(where: { $0 == 0x22 || $0 == 0x27 }),
                !reader.containsEnd(of: heredoc)
            {
                continue
            }
            try reader.readBody(of: &heredoc, startedBy: line)
            heredocs.append(heredoc)
        }
        return try InstructionParser(line, range: line.all, heredocs: heredocs).instruction()
    }

    /// The words in which heredocs may start: those of RUN, COPY and ADD, also after ONBUILD.
    private static func heredocWords(_ line: LogicalLine) throws(Diagnostic) -> [Range<Int>] {
        var (keyword, rest) = line.splitFirstWord(line.trimmed(line.all))
        if line.text(keyword).uppercased() == Keyword.onbuild.rawValue, !rest.isEmpty {
            (keyword, rest) = line.splitFirstWord(rest)
        }
        guard let known = Keyword(rawValue: line.text(keyword).uppercased()), [.run, .copy, .add].contains(known) else {
            return []
        }
        return line.quotedWords(rest, joinsHeredocs: true)
    }

    private mutating func add(_ instruction: Instruction) throws(Diagnostic) {
        if case .from(let from) = instruction.kind {
            guard stages.count < Self.maximumStages else {
                throw Diagnostic(
                    file: source.file, range: instruction.range, "more than \(Self.maximumStages) stages")
            }
            stages.append(Stage(index: stages.count, from: from, fromInstruction: instruction))
        } else if !stages.isEmpty {
            stages[stages.count - 1].instructions.append(instruction)
        } else if instruction.keyword == .arg {
            globalArguments.append(instruction)
        } else {
            throw Diagnostic(
                file: source.file, range: instruction.range,
                "\(instruction.keyword.rawValue) is before the first FROM, where only ARG is allowed")
        }
    }
}
