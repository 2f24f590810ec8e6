import DockerfileSyntax

extension FuzzTarget {
    /// A Dockerfile as a context may bring it.
    static let dockerfile = FuzzTarget(name: "dockerfile") { bytes in
        guard let dockerfile = try? Dockerfile(parsing: bytes, file: "Dockerfile") else { return }
        let expander = dockerfile.expander
        for stage in dockerfile.stages {
            for instruction in stage.instructions {
                switch instruction.kind {
                case .workdir(let word), .user(let word), .stopSignal(let word):
                    _ = try? expander.expand(word.text, variables: ["a": "b"])
                case .expose(let words):
                    for word in words {
                        let expanded = try? expander.expandToWords(word.text, lookup: { $0 == "a" ? "80" : nil })
                        for port in expanded?.words ?? [] { _ = ExposedPort.ports(port) }
                    }
                default: break
                }
            }
        }
    }

    /// Variables in a word: the first line is the value of `v`, the rest the word.
    static let expansion = FuzzTarget(name: "expansion") { bytes in
        let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        let value = String(decoding: parts[0], as: UTF8.self), word = String(decoding: parts[1], as: UTF8.self)
        let expander = WordExpander()
        guard let result = try? expander.expand(word, variables: ["v": value]) else { return }
        precondition(result.value.utf8.count <= expander.maximumSize * 4)
    }

    /// The first line is a path, the rest an ignore file.
    static let ignoreFile = FuzzTarget(name: "ignorefile") { bytes in
        let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2,
            let patterns = try? IgnorePatterns(parsing: Array(parts[1]), file: ".dockerignore")
        else { return }
        let path = String(decoding: parts[0], as: UTF8.self)
        _ = patterns.matches(path)
        _ = patterns.couldContainExceptionBelow(path)
    }
}
