import DockerfileSyntax

extension StageChecks {
    /// Reports variables that are not defined. Those of RUN belong to the shell, and those of EXPOSE are not checked,
    /// as in BuildKit.
    mutating func checkVariables(of instruction: Instruction) {
        var unset: Set<String> = []
        for word in words(of: instruction) { unset.formUnion(expand(word)?.unset ?? []) }
        report(unset, at: instruction)
    }

    private mutating func report(_ unset: Set<String>, at instruction: Instruction) {
        for name in unset.subtracting(state.declared).sorted() {
            let hint = Suggestion.hint(for: name, among: state.variables.keys.sorted())
            find(.undefinedVariable, at: instruction, "$\(name) is not defined\(hint)")
        }
    }

    private func words(of instruction: Instruction) -> [Word] {
        switch instruction.kind {
        case .env(let pairs), .label(let pairs): pairs.flatMap { [$0.key, $0.value] }
        case .workdir(let word), .user(let word), .stopSignal(let word): [word]
        case .volume(let words): words
        case .copy(let copy), .add(let copy):
            copy.sources + [copy.destination] + [copy.chown, copy.chmod, copy.checksum].compactMap { $0 }
                + copy.excludes
        default: []
        }
    }

    /// ARG: looks for secrets, and defines the names.
    mutating func declare(_ declarations: [ArgumentDeclaration], _ instruction: Instruction) {
        let names = declarations.map(\.name)
        let comments = dockerfile.comments(above: instruction)
        if let comment = comments.last, !names.contains(String(comment.prefix { $0 != " " })) {
            let form = names.count > 1 ? "NAME" : names[0]
            find(
                .invalidDescription, at: instruction,
                "the comment above \(instruction.writtenKeyword) should have the form: # \(form) DESCRIPTION")
        }
        for declaration in declarations {
            checkForSecret(declaration.name, instruction)
            if let given = inputs.buildArguments[declaration.name] {
                state.variables[declaration.name] = given
            } else if let word = declaration.defaultValue {
                let expansion = expand(word)
                report(expansion?.unset ?? [], at: instruction)
                state.variables[declaration.name] = expansion?.value
            } else if let global = inputs.globals[declaration.name] {
                state.variables[declaration.name] = global
            }
            state.declared.insert(declaration.name)
        }
    }

    /// ENV: looks at its form and for secrets, and defines the names.
    mutating func set(_ pairs: [KeyValue], _ instruction: Instruction) {
        checkForm(of: pairs, instruction)
        let before = state.variables
        for pair in pairs {
            guard let key = try? dockerfile.expander.expand(pair.key.text, variables: before).value else { continue }
            checkForSecret(key, instruction)
            state.variables[key] = (try? dockerfile.expander.expand(pair.value.text, variables: before))?.value ?? ""
        }
    }

    /// The old form `KEY VALUE`.
    mutating func checkForm(of pairs: [KeyValue], _ instruction: Instruction) {
        guard pairs.count == 1, let pair = pairs.first else { return }
        let line = Array(dockerfile.source.line(pair.key.range.end.line).unicodeScalars)
        let column = pair.key.range.end.column - 1
        guard !line.indices.contains(column) || line[column] != "=" else { return }
        let name = instruction.keyword.rawValue
        find(
            .legacyKeyValueFormat, at: instruction,
            "\(name) KEY=VALUE should be written instead of the old form \(name) KEY VALUE")
    }

    private mutating func checkForSecret(_ name: String, _ instruction: Instruction) {
        let words = name.lowercased().split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        guard words.contains(where: Self.secretWords.contains), !words.contains(where: Self.harmlessWords.contains)
        else { return }
        find(
            .secretsInArguments, at: instruction,
            "\(name) seems to be a secret, which \(instruction.keyword.rawValue) leaves in the image: use RUN --mount=type=secret"
        )
    }

    private static let secretWords: Set<String> = [
        "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token",
    ]
    private static let harmlessWords: Set<String> = ["public", "file", "version"]
}
