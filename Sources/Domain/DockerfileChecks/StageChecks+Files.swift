import DockerfileSyntax

extension StageChecks {
    /// EXPOSE.
    mutating func checkPort(_ word: Word, _ instruction: Instruction) {
        let expanded = try? dockerfile.expander.expandToWords(
            word.text, lookup: { [variables = state.variables] in variables[$0] })
        for port in expanded?.words ?? [] {
            let parts = port.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, parts[1] != parts[1].lowercased() {
                find(.exposeProtocolCasing, at: instruction, "the protocol of \(port) should be in lower case")
            }
            if parts.first?.contains(":") == true {
                find(
                    .exposeInvalidFormat, at: instruction,
                    "\(port) has an address or a port of the host, which EXPOSE does not publish")
            }
        }
    }

    /// Sources from the context that the ignore file excludes. With exceptions in it nothing can be said: they may
    /// bring back what lies below.
    mutating func checkSources(of copy: CopyInstruction, _ instruction: Instruction) {
        guard let ignored = inputs.ignored, !ignored.isEmpty, !ignored.hasExceptions else { return }
        for source in copy.sources {
            guard let path = expand(source)?.value, !path.contains("://") else { continue }
            let clean = Self.clean(path)
            let isIgnored = clean.isEmpty ? Self.ignoresAll(ignored) : ignored.matches(clean)
            guard isIgnored else { continue }
            find(
                .copyIgnoredFile, at: instruction,
                "\(instruction.keyword.rawValue) of \(path), which the ignore file excludes")
        }
    }

    /// Whether everything at the top of the context is ignored, whatever its name.
    private static func ignoresAll(_ ignored: IgnorePatterns) -> Bool {
        ignored.matches("a") && ignored.matches("any.other-name")
    }

    /// The path below the context, without `.`, `..` and slashes at its ends; empty for the context itself.
    static func clean(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
