import DockerfileSyntax
import Testing

@testable import DockerfileChecks

/// The rules that are not BuildKit's: a Dockerfile, and `RULE:LINE[:BYTES]` of all that must be found.
@Suite struct OwnRuleTests {
    private static let context: [CopiedFile] = [
        CopiedFile(path: ".env", size: 3), CopiedFile(path: ".env.example", size: 1000),
        CopiedFile(path: ".git/objects/pack", size: 500), CopiedFile(path: "web/node_modules/a/b.js", size: 70),
        CopiedFile(path: "web/tls-key.pem", size: 4), CopiedFile(path: "web/tls.pem", size: 1000),
    ]

    private func found(
        _ text: String, rules: [String] = ["own"], files: [CopiedFile]? = nil, isShipped: Bool = true
    ) throws -> [String] {
        let dockerfile = try Dockerfile(parsing: Array(text.utf8), file: "Dockerfile")
        var options = try dockerfile.directives.check.map { try CheckOptions(parsing: $0) } ?? CheckOptions()
        try options.enable(rules)
        var copied: CopiedFiles?
        if let files { copied = { _, _ in files } }
        let inputs = StageChecks.Inputs(globals: [:], buildArguments: [:], ignored: nil, copiedFiles: copied)
        let state = StageChecks.State(environment: ["PATH=/bin"], hasShell: false)
        return dockerfile.stages.flatMap { stage -> [String] in
            var checks = StageChecks(dockerfile, options, inputs, from: state, isShipped: isShipped)
            checks.check(stage)
            return checks.findings.map { finding in
                "\(finding.rule.rawValue):\(finding.range.start.line)" + (finding.savedBytes.map { ":\($0)" } ?? "")
            }
        }
    }

    @Test func theyAreOffByDefault() throws {
        let text = "FROM a\nCOPY . /\nRUN apt-get update; apt-get install x\n"
        #expect(try found(text, rules: [], files: Self.context) == [])
        #expect(try found(text, rules: ["AptListsKept"], files: Self.context) == ["AptListsKept:3"])
        #expect(throws: CheckOptions.Failure.self) { try found(text, rules: ["AptListKept"]) }
    }

    @Test func theyAreSkippedAsOthersAre() throws {
        #expect(try found("# check=skip=AptListsKept\nFROM a\nRUN apt-get update\n") == [])
        #expect(try found("FROM a\n# check=skip=all\nRUN apt-get update\n") == [])
    }

    @Test(arguments: [
        ("RUN apt-get update && apt-get install -y x", true), ("RUN apt-get -qq update", true),
        ("RUN apt-get update && apt-get install -y x && rm -rf /tmp/* /var/lib/apt/lists/*", false),
        ("RUN rm -rf /var/lib/apt/lists/*; apt-get update", true), ("RUN apt-get install -y x", false),
        ("RUN <<EOF\nset -e\napt-get update\nrm -r /var/lib/apt/lists\nEOF", false),
        ("RUN [\"/bin/sh\", \"-c\", \"sudo apt-get update\"]", true), ("RUN echo 'apt-get update'", false),
        ("RUN --mount=type=cache,target=/var/lib/apt apt-get update", false),
        ("RUN --mount=type=cache,target=/var/cache/apt apt-get update", true),
    ])
    func listsOfAptAreFound(instruction: String, isFound: Bool) throws {
        let text = "FROM a\n\(instruction)\n"
        #expect(try found(text) == (isFound ? ["AptListsKept:2"] : []))
        #expect(try found(text, isShipped: false) == [])
    }

    @Test(arguments: [
        ("COPY . .\nRUN npm ci", true), ("COPY ./ /app\nRUN pip install --no-cache-dir -r requirements.txt", true),
        ("COPY . .\nRUN pip install .", false), ("COPY package.json .\nRUN npm ci\nCOPY . .", false),
        ("COPY . .\nRUN make", false), ("COPY --from=b . .\nRUN apk add make", false),
        ("ADD * /\nENV a=b\nRUN [\"apk\", \"add\", \"make\"]", true),
        ("ADD https://example.com/ /\nRUN dnf -y install x", false),
    ])
    func copiesBeforeInstallationsAreFound(instructions: String, isFound: Bool) throws {
        #expect(try found("FROM a\n\(instructions)\n") == (isFound ? ["CopyBeforeInstall:2"] : []))
    }

    @Test func filesOfTheContextAreNamedWithTheirSize() throws {
        let all = try found("FROM a\nCOPY . /\n", files: Self.context)
        #expect(all == ["SecretFileCopied:2:7", "UnneededFilesCopied:2:570"])
        #expect(try found("FROM a\nCOPY . /\n", files: Self.context, isShipped: false) == ["SecretFileCopied:2:7"])
        #expect(try found("FROM a\nCOPY a /\n", files: []) == [])
    }

    @Test func withoutAContextTheNamesOfSourcesCount() throws {
        #expect(try found("FROM a\nCOPY keys/id_rsa /root/.ssh/\nCOPY .env.sample /\n") == ["SecretFileCopied:2"])
    }
}
