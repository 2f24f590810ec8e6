import DockerfileSyntax
import SeededRandomness
import Testing

@testable import DockerfileChecks

/// Checks are made of strangers' files: whatever parses must be checked without a trap, and rendered.
@Suite struct HostileCheckTests {
    static let seed = """
        # check=skip=StageNameCasing
        ARG A=1
        # one it is
        FROM --platform=$TARGETPLATFORM base:${A:-2} AS One
        ENV X="a b" Y=c\\ d
        LABEL old form
        # A is it
        ARG A=$Z
        RUN --mount=type=secret,id=k,required=true --mount=type=ssh true
        CMD echo $A
        CMD ["x"]
        EXPOSE 80/TCP 1.2.3.4:8:9
        WORKDIR a/$Q
        COPY ../b . /c
        from one
        copy --from=One a$b /
        """
    static let snippets = [
        "$", "${", "}", "#", "\n", "\\\n", "=", " ", "é", "\0", "# check=", "FROM a\n", "/", ".", "AS x", "_key",
    ]

    @Test func mutatedFilesAreCheckedWithoutATrap() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<1500 {
            var bytes = Array(Self.seed.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.insert(contentsOf: (Self.snippets.randomElement(using: &random) ?? "").utf8, at: place)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...9, using: &random)))
                default: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
                }
            }
            guard let file = try? Dockerfile(parsing: bytes, file: "f") else { continue }
            check(file)
        }
    }

    private func check(_ file: Dockerfile) {
        let options = (try? CheckOptions(parsing: file.directives.check ?? "")) ?? CheckOptions()
        let ignored = try? IgnorePatterns(parsing: Array("b*\n".utf8), file: "i")
        let inputs = StageChecks.Inputs(globals: ["A": "1"], buildArguments: ["A": "2"], ignored: ignored)
        var findings = FileChecks.findings(file, options, globals: ["A": "1"], defaults: [:])
        for stage in file.stages {
            var checks = StageChecks(file, options, inputs, from: .init(environment: ["P=x"], hasShell: false))
            checks.check(stage)
            findings += checks.findings
        }
        for finding in findings {
            #expect(!finding.diagnostic(file: "f").rendered(source: file.source).isEmpty)
        }
        _ = BuildOutline(file, stages: Array(file.stages.indices), globals: [:], buildArguments: [:])
    }
}
