/// One instruction of a Dockerfile and its location.
package struct Instruction: Sendable, Equatable {
    /// The instruction with its arguments. A `Word` still contains variables and quotes; strings are final.
    package enum Kind: Sendable, Equatable {
        case from(FromInstruction)
        case arg([ArgumentDeclaration])
        case env([KeyValue])
        case label([KeyValue])
        case run(RunInstruction)
        case copy(CopyInstruction)
        case add(CopyInstruction)
        case workdir(Word)
        case user(Word)
        /// Each word may expand to several, see `WordExpander.expandToWords` and `ExposedPort`.
        case expose([Word])
        case volume([Word])
        case cmd(CommandForm)
        case entrypoint(CommandForm)
        case shell([String])
        case stopSignal(Word)
        case healthcheck(HealthcheckInstruction)
        indirect case onbuild(OnbuildTrigger)
        case maintainer(String)
    }

    /// The name of the instruction.
    package let keyword: Keyword
    /// The instruction with its arguments.
    package let kind: Kind
    /// The whole line, joined from its continuation lines, as written, without the bodies of heredocs.
    package let text: String
    /// From the keyword to the end of the last continuation line, without the bodies of heredocs.
    package let range: SourceRange
    /// The heredocs that start on the line, in order, with their content.
    package let heredocs: [Heredoc]
}

/// The instruction names.
package enum Keyword: String, Sendable, CaseIterable {
    case from = "FROM"
    case arg = "ARG"
    case env = "ENV"
    case label = "LABEL"
    case run = "RUN"
    case copy = "COPY"
    case add = "ADD"
    case workdir = "WORKDIR"
    case user = "USER"
    case expose = "EXPOSE"
    case volume = "VOLUME"
    case cmd = "CMD"
    case entrypoint = "ENTRYPOINT"
    case shell = "SHELL"
    case stopSignal = "STOPSIGNAL"
    case healthcheck = "HEALTHCHECK"
    case onbuild = "ONBUILD"
    case maintainer = "MAINTAINER"

    /// The keyword that a user may have meant by `word`: at edit distance one, or two if the word is long.
    static func closest(to word: String) -> Keyword? {
        let typed = Array(word.utf8)
        guard typed.count <= 16 else { return nil }
        let ranked = allCases.map { ($0, distance(typed, Array($0.rawValue.utf8))) }
        guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= (typed.count > 4 ? 2 : 1) else { return nil }
        return best.0
    }

    /// Levenshtein distance in which swapping two neighbours counts as one edit.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var rows = [Array(0...b.count)]
        for (i, byte) in a.enumerated() {
            var row = [i + 1]
            for (j, other) in b.enumerated() {
                var best = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (byte == other ? 0 : 1))
                if i > 0, j > 0, byte == b[j - 1], a[i - 1] == other { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
