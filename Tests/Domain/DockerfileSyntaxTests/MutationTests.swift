import SeededRandomness
import Testing

@testable import DockerfileSyntax

@Suite struct MutationTests {
    static let seeds = [
        """
        # syntax=x
        # escape=\\
        ARG A=1
        FROM --platform=$P base:${A:-2} AS one
        ENV X="a b" Y=c\\ d \\
          # comment
          Z=${X//a/b}
        RUN --mount=type=cache,target=/x,"id=a,b" <<EOF <<-"E2"
        echo $A
        EOF
        \tx
        \tE2
        HEALTHCHECK --interval=1m5s --retries=2 CMD ["a", "\\u00e9\\ud83d\\ude00"]
        ONBUILD COPY --from=one ["a", "b"] /
        EXPOSE 80-90/udp $PORTS
        FROM one
        COPY --from=0 --chown=1:2 <<A b /c/
        A
        """,
        "\u{feff}FROM a\r\nLABEL a=b\r\nSHELL [\"x\"]\r\nVOLUME /a /b\r\nSTOPSIGNAL 9\r\nUSER ${U%%:*}\r\n",
    ]
    static let snippets = [
        "<<", "\\\n", "\"", "'", "[", "]", "${", "}", "--", "=", "#", "\n", "\r", "\0", "é", "\u{feff}", "EOF", " ",
        "${A:-",
    ]

    @Test func mutatedFilesNeverTrap() {
        var random = SeededGenerator(seed: 2026)
        for round in 0..<1500 {
            var bytes = Array(Self.seeds[round % Self.seeds.count].utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&bytes, &random) }
            let source = SourceText(file: "f", bytes: bytes)
            do {
                let file = try Dockerfile(parsing: source)
                exercise(file)
            } catch {
                #expect(!error.rendered(source: source).isEmpty)
            }
        }
    }

    @Test func randomWordsAndPatternsNeverTrap() {
        var random = SeededGenerator(seed: 5)
        let pieces = [
            "$", "{", "}", "A", ":", "-", "+", "?", "#", "%", "/", "*", "\\", "'", "\"", "[", "]", "^", "!", "a", " ",
            "é",
        ]
        for _ in 0..<4000 {
            let word = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            _ = try? WordExpander().expandToWords(word, lookup: { $0 == "A" ? "a/é b" : nil })
            _ = WildcardPattern(word)?.matches("a/b é")
            _ = try? IgnorePatterns(patterns: [word, "!" + word]).matches("a/b é")
            _ = MountFlag.options(of: word)
            _ = GoDuration.nanoseconds(word)
            _ = JSONStringArray.parse(Array(("[\"" + word + "\"]").utf8)[...])
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.insert(contentsOf: (Self.snippets.randomElement(using: &random) ?? "").utf8, at: place)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...9, using: &random)))
        case 2: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
        default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
        }
    }

    private func exercise(_ file: Dockerfile) {
        guard let globals = try? file.globalArgumentValues(buildArguments: ["A": "9"], platform: [:]) else { return }
        guard let graph = try? StageGraph(file, globals: globals) else { return }
        for index in graph.nodes.indices { #expect(graph.needed(for: index).last == index) }
    }
}

@Suite struct SizeTests {
    @Test func manyWordsAndLinesTakeLinearTime() throws {
        let words = String(repeating: "é=1 ", count: 10_000)
        #expect(try parse("FROM x\nENV " + words).stages[0].instructions.count == 1)
        let lines = String(repeating: "é=1 \\\n", count: 10_000)
        #expect(try parse("FROM x\nENV " + lines).stages[0].instructions.count == 1)
        let flags = String(repeating: "--mount=a ", count: 5_000)
        #expect(try parse("FROM x\nRUN " + flags + "x").stages[0].instructions.count == 1)
        let stages = String(repeating: "FROM x\n", count: 1_000)
        #expect(try parse(stages).stages.count == 1_000)
        #expect(throws: Diagnostic.self) { try parse(String(repeating: stages, count: 5)) }
    }
}
