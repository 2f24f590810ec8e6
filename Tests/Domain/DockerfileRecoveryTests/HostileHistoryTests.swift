import DockerfileSyntax
import ImageModel
import SeededRandomness
import Testing

@testable import DockerfileRecovery

/// Whatever is in an image, the result is a Dockerfile with exactly the reported lines.
@Suite struct HostileHistoryTests {
    private static let pieces = [
        "/bin/sh -c ", "#(nop) ", "RUN ", "|1 ", "|2 A=1 ", "B=x y ", " # buildkit", "COPY ", "ADD ", "file:", "dir:",
        "in / ", "ENV ", "A=b", "LABEL ", "CMD ", "[\"a\"", "]", "ENTRYPOINT ", "SHELL ", "EXPOSE ", "map[80/tcp:{}]",
        "VOLUME ", "HEALTHCHECK ", "&{[\"CMD\" \"a\"] \"1s\" \"0s\" \"0s\" '\\x03'}", "ONBUILD ", "USER ", "WORKDIR ",
        "STOPSIGNAL ", "MAINTAINER ", "ARG ", "FROM evil", "\n", "\\\n", "\\", "\r", "\0", "\"", "'", "$", "${A:-",
        "}", "<<EOF", "EOF", "EOF\n", "# comment", "#", "`", "\u{2028}", "\u{202e}", "\u{301}", " ", "\t", "    ",
        "--mount=type=x ", "--from=a ", "é", "😀", String(repeating: "a", count: 64), "escape=`", "# escape=`",
    ]

    private func check(_ recovered: RecoveredDockerfile) throws {
        let dockerfile = try Dockerfile(parsing: Array(recovered.text.utf8), file: "Dockerfile")
        try #require(dockerfile.stages.count == 1)
        let found = [dockerfile.stages[0].fromInstruction] + dockerfile.stages[0].instructions
        let wanted = recovered.lines.compactMap(\.instruction)
        try #require(found.count == wanted.count, "\(recovered.text)")
        for (instruction, text) in zip(found, wanted) {
            #expect(try Dockerfile.parseInstruction(text, file: "").text == instruction.text)
        }
        #expect(dockerfile.directives.escape == "\\")
        #expect(!recovered.text.unicodeScalars.contains("\0"))
    }

    @Test func `Random histories`() throws {
        var generator = SeededGenerator(seed: 20_240_101)
        func text() -> String {
            (0..<Int.random(in: 0...8, using: &generator)).map { _ in
                Self.pieces.randomElement(using: &generator) ?? ""
            }.joined()
        }
        for _ in 0..<1500 {
            let history = (0..<4).map { _ in (Bool.random(using: &generator) ? "-" : "") + text() }
            var image = SampleImage(
                history,
                ContainerConfig(
                    user: text(), exposedPorts: [text(): .init()], env: [text(), "A=" + text()], entrypoint: [text()],
                    cmd: [text(), text()], volumes: [text(): .init()], workingDir: text(), labels: [text(): text()],
                    stopSignal: text(), healthcheck: Healthcheck(test: ["CMD-SHELL", text()]), onBuild: [text()],
                    shell: [text()]))
            image.config.author = text()
            try check(image.recover())
        }
    }

    @Test func `A long run of one fragment`() throws {
        for piece in [" ", "a ", "\n", "\\\n", "|1 ", "A=1 ", "\"", "[", "<<E ", "&& ", "#"] {
            let text = String(repeating: piece, count: (1 << 15) / piece.utf8.count)
            for front in ["/bin/sh -c ", "|3 ", "ENV ", "COPY "] {
                try check(SampleImage([front + text]).recover())
            }
        }
    }

    @Test func `More history entries than the limit`() throws {
        let image = SampleImage(Array(repeating: "-ENV A=1", count: 5000))
        let recovered = image.recover()
        try check(recovered)
        #expect(recovered.text.contains("the history continues"))
    }
}
