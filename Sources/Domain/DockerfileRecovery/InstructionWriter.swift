import DockerfileSyntax

/// Writes instructions that parse back to exactly the intended form, choosing another notation or none where the parser
/// would read something else.
enum InstructionWriter {
    private static let expander = WordExpander()

    /// The instruction in `text`, if it is the only content: no trailing comment, and no escape character that would
    /// continue into the next line.
    static func parse(_ text: String) -> Instruction? {
        // Editors cannot open a file with NULs and the like.
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f || $0 == "\n" || $0 == "\t" }),
            let instruction = try? Dockerfile.parseInstruction(text, file: "history")
        else { return nil }
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if let heredoc = instruction.heredocs.last {
            return lines.last.map { $0.elementsEqual(heredoc.name.utf8) } ?? false ? instruction : nil
        }
        for (index, line) in lines.enumerated() {
            let start = line.first { !isSpace($0) }
            let end = line.last { !isSpace($0) }
            let continues = end == UInt8(ascii: "\\")
            guard let start, start != UInt8(ascii: "#"), continues == (index < lines.count - 1) else { return nil }
        }
        return instruction
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    // MARK: RUN

    /// `RUN` with a shell command; in exec form when no shell form preserves it.
    static func run(_ command: String, shell: [String]) -> String {
        // The shell's own here-documents begin on later lines; so do those of Dockerfiles.
        for candidate in [folded(command), "RUN \(command)"] {
            guard let parsed = parse(candidate), case .run(let run) = parsed.kind, run.mounts.isEmpty,
                run.network == nil, run.security == nil, run.devices.isEmpty
            else { continue }
            if run.command == .shell(command), LineBreaking.fitted(candidate) != nil { return candidate }
            // A command that looks like exec form was in exec form: Buildah records it that way.
            if case .exec(let arguments) = run.command, !arguments.isEmpty { return candidate }
        }
        if let script = script(command) { return script }
        return runExec(shell + [command])
    }

    /// `RUN ["a", "b"]`
    static func runExec(_ arguments: [String]) -> String { "RUN \(json(arguments))" }

    /// A heredoc with the command; nil when it would then be executed directly, or changed.
    private static func script(_ command: String) -> String? {
        guard command.contains("\n"), !command.hasPrefix("#!") else { return nil }
        let content = command.hasSuffix("\n") ? command : command + "\n"
        let lines = Set(content.split(separator: "\n", omittingEmptySubsequences: false))
        guard let name = (["EOF"] + (1...99).map { "EOF\($0)" }).first(where: { !lines.contains(Substring($0)) }) else {
            return nil
        }
        let text = "RUN <<\(name)\n\(content)\(name)"
        guard let parsed = parse(text), case .run(let run) = parsed.kind, case .script(let heredoc) = run.command,
            heredoc.content == content, LineBreaking.fitted(text) != nil
        else { return nil }
        return text
    }

    /// A long command over several lines, broken where its author most likely did: before runs of spaces, and, if very
    /// long, after `&&`.
    private static func folded(_ command: String) -> String {
        var text = "RUN "
        var lineLength = 4
        var bytes = Array(command.utf8)[...]
        var piece: [UInt8] = []
        var hasWords = false
        while let byte = bytes.popFirst() {
            piece.append(byte)
            lineLength += 1
            hasWords = hasWords || byte != 0x20
            guard byte == 0x20, let next = bytes.first else { continue }
            let isRun = next == 0x20 && bytes.prefix(2).allSatisfy { $0 == 0x20 } || next == 0x09
            let isJoint = lineLength > 80 && piece.suffix(4).elementsEqual(" && ".utf8)
            guard isRun || isJoint, hasWords else { continue }
            text += String(decoding: piece, as: UTF8.self) + "\\\n"
            piece = []
            lineLength = 0
            hasWords = false
            while let space = bytes.first, space == 0x20 || space == 0x09 {
                piece.append(space)
                bytes = bytes.dropFirst()
            }
        }
        return text + String(decoding: piece, as: UTF8.self)
    }

    // MARK: Values

    /// `ENV NAME="value"`; nil when a Dockerfile cannot express it.
    static func keyValue(_ keyword: Keyword, _ key: String, _ value: String) -> String? {
        let text = "\(keyword.rawValue) \(word(key))=\(word(value))"
        guard let parsed = parse(text) else { return nil }
        switch parsed.kind {
        case .env(let pairs), .label(let pairs):
            guard pairs.count == 1, expands(pairs[0].key, to: key), expands(pairs[0].value, to: value) else {
                return nil
            }
        case .arg(let declarations):
            guard declarations.count == 1, declarations[0].name == key, let word = declarations[0].defaultValue,
                expands(word, to: value)
            else { return nil }
        default: return nil
        }
        return text
    }

    /// `USER x`, `WORKDIR x`, `STOPSIGNAL x`; nil when a Dockerfile cannot express it.
    static func single(_ keyword: Keyword, _ value: String) -> String? {
        let text = "\(keyword.rawValue) \(escaped(value))"
        guard let parsed = parse(text) else { return nil }
        switch parsed.kind {
        case .user(let word), .workdir(let word), .stopSignal(let word):
            return expands(word, to: value) ? text : nil
        default: return nil
        }
    }

    /// `MAINTAINER name`; nil when a Dockerfile cannot express it.
    static func maintainer(_ name: String) -> String? {
        let text = "MAINTAINER \(name)"
        guard let parsed = parse(text), parsed.kind == .maintainer(name) else { return nil }
        return text
    }

    /// `EXPOSE 80/tcp 443/udp`, skipping invalid ports.
    static func expose(_ ports: [String]) -> String? {
        let valid = ports.filter { ExposedPort.ports($0) == [$0] }
        return valid.isEmpty ? nil : "EXPOSE \(valid.joined(separator: " "))"
    }

    /// `VOLUME ["/a", "/b"]`; nil when a Dockerfile cannot express it.
    static func volume(_ paths: [String]) -> String? {
        let text = "VOLUME \(json(paths.map(escaped)))"
        guard let parsed = parse(text), case .volume(let words) = parsed.kind, words.count == paths.count,
            zip(words, paths).allSatisfy({ expands($0, to: $1) })
        else { return nil }
        return text
    }

    /// CMD or ENTRYPOINT, in shell form when the arguments begin with the shell.
    static func command(_ keyword: Keyword, _ arguments: [String], shell: [String]) -> String {
        if arguments.count == shell.count + 1, arguments.starts(with: shell), let last = arguments.last,
            isCommand("\(keyword.rawValue) \(last)", .shell(last))
        {
            return "\(keyword.rawValue) \(last)"
        }
        return "\(keyword.rawValue) \(json(arguments))"
    }

    private static func isCommand(_ text: String, _ form: CommandForm) -> Bool {
        guard let parsed = parse(text) else { return false }
        return parsed.kind == .cmd(form) || parsed.kind == .entrypoint(form)
    }

    /// `ONBUILD ...`; nil for a trigger that a Dockerfile cannot express.
    static func onbuild(_ trigger: String) -> String? {
        let text = "ONBUILD \(trigger)"
        guard let parsed = parse(text), case .onbuild(let found) = parsed.kind, found.text == trigger else {
            return nil
        }
        return text
    }

    /// COPY or ADD of these sources; nil when a Dockerfile cannot express it.
    static func copy(_ keyword: Keyword, _ sources: [String], to destination: String, owner: String?) -> String? {
        let words = (sources + [destination]).map(escaped)
        let flag = owner.map { "--chown=\($0) " } ?? ""
        let isPlain = words.allSatisfy { word in
            !word.isEmpty && !word.hasPrefix("--") && !word.hasPrefix("[") && !word.contains("<<")
                && !word.utf8.contains { $0 <= 0x20 || $0 == 0x22 || $0 == 0x27 }
        }
        let text = "\(keyword.rawValue) \(flag)" + (isPlain ? words.joined(separator: " ") : json(words))
        guard let parsed = parse(text), parsed.heredocs.isEmpty else { return nil }
        switch parsed.kind {
        case .copy(let copy), .add(let copy):
            let found = copy.sources + [copy.destination]
            let wanted = sources + [destination]
            return found.count == wanted.count && zip(found, wanted).allSatisfy { expands($0, to: $1) } ? text : nil
        default: return nil
        }
    }

    // MARK: Words

    static func expands(_ word: Word, to value: String) -> Bool {
        (try? expander.expand(word.text, variables: [:]))?.value == value
    }

    /// A word that expands to `value`: unquoted if possible.
    static func word(_ value: String) -> String {
        let isBare =
            !value.isEmpty
            && value.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
                    || "_-./:,+@%".utf8.contains(byte)
            }
        if isBare { return value }
        var text = "\""
        for scalar in value.unicodeScalars {
            if scalar == "\"" || scalar == "\\" || scalar == "$" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }

    /// A text that expands to `value` where white space does not separate words.
    static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            if scalar == "\"" || scalar == "\\" || scalar == "$" || scalar == "'" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text
    }

    /// A JSON array of strings. Everything except plain text is escaped.
    static func json(_ strings: [String]) -> String {
        "[" + strings.map(json).joined(separator: ", ") + "]"
    }

    private static func json(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case _ where SanitizedText.isHarmful(scalar):
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
