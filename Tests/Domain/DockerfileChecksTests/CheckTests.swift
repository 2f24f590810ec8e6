import DockerfileSyntax
import Testing

@testable import DockerfileChecks

/// Cases of BuildKit's rules: a Dockerfile, and `RULE:LINE` of all that must be found.
@Suite struct CheckTests {
    /// Checks all stages as a build of the last one does, on images with `environment`.
    static func found(
        _ text: String, ignore: String? = nil, buildArguments: [String: String] = [:],
        environment: [String] = ["PATH=/bin"], known: Bool = true
    ) throws -> [String] {
        let dockerfile = try Dockerfile(parsing: Array(text.utf8), file: "Dockerfile")
        let options = try dockerfile.directives.check.map { try CheckOptions(parsing: $0) } ?? CheckOptions()
        let platform = ["TARGETPLATFORM": "linux/amd64", "BUILDPLATFORM": "linux/amd64"]
        let globals = try dockerfile.globalArgumentValues(buildArguments: buildArguments, platform: platform)
        let defaults = try? dockerfile.globalArgumentValues(buildArguments: [:], platform: platform)
        var findings = FileChecks.findings(dockerfile, options, globals: globals, defaults: defaults)
        let ignored = try ignore.map { try IgnorePatterns(parsing: Array($0.utf8), file: ".dockerignore") }
        let inputs = StageChecks.Inputs(globals: globals, buildArguments: buildArguments, ignored: ignored)
        var ends: [String: StageChecks.State] = [:]
        for stage in dockerfile.stages {
            let image = known ? StageChecks.State(environment: environment, hasShell: false) : .unknown
            var checks = StageChecks(dockerfile, options, inputs, from: ends[stage.from.base.text] ?? image)
            checks.check(stage)
            findings += checks.findings
            if let name = stage.name { ends[name] = checks.state }
        }
        return findings.map { "\($0.rule.rawValue):\($0.range.start.line)" }
    }

    @Test(arguments: [
        ("FROM scratch AS One\n", ["StageNameCasing:1"]),
        ("FROM scratch as one\n", ["FromAsCasing:1"]), ("from scratch as one\n", []),
        ("From scratch as one\n", ["ConsistentInstructionCasing:1"]),
        ("FROM scratch\nLabel a=b\nENV c=d\n", ["ConsistentInstructionCasing:2"]),
        ("from scratch\nlabel a=b\nENV c=d\n", ["ConsistentInstructionCasing:3"]),
        ("FROM scratch\nENV a=b\\\n\n c=d\n", ["NoEmptyContinuation:3"]),
        ("FROM scratch AS a\nFROM scratch AS b\nFROM scratch AS A\n", ["StageNameCasing:3", "DuplicateStageName:3"]),
        ("FROM scratch AS context\n", ["ReservedStageName:1"]),
        ("FROM scratch\nMAINTAINER me\n", ["MaintainerDeprecated:2"]),
        ("FROM scratch\n# check=skip=MaintainerDeprecated\nMAINTAINER me\n", []),
        ("# check=skip=all\nFROM scratch as one\nMAINTAINER me\nCMD x\n", []),
        ("FROM $base\nLABEL a=b\n", ["UndefinedArgInFrom:1", "InvalidDefaultArgInFrom:1"]),
        ("ARG base\nFROM $base\nLABEL a=b\n", ["InvalidDefaultArgInFrom:2"]),
        ("ARG base=scratch\nFROM $base\n", []),
        ("FROM --platform=$TARGETPLATFORM scratch\n", ["RedundantTargetPlatform:1"]),
        ("FROM --platform=$BUILDPLATFORM scratch\n", []),
        ("FROM --platform=linux/arm64 scratch\n", ["FromPlatformFlagConstDisallowed:1"]),
        ("FROM --platform=linux/arm64 scratch AS on-arm64\n", []),
        ("FROM scratch\nCMD ls\nENTRYPOINT [\"a\"]\n", ["JSONArgsRecommended:2"]),
        ("FROM scratch\nSHELL [\"/a\"]\nCMD ls\n", []),
        ("FROM scratch\nWORKDIR a\nWORKDIR b\n", ["WorkdirRelativePath:2"]),
        ("FROM scratch\nWORKDIR /a\nWORKDIR b\n", []),
        ("FROM scratch AS a\nWORKDIR /a\nFROM a\nWORKDIR b\n", []),
        ("FROM scratch\nWORKDIR /$a\n", ["UndefinedVar:2"]),
        ("FROM scratch\nENV PATH=$PATH:/x\nRUN echo $a\nARG b\nUSER u$b\n", []),
        ("FROM scratch AS a\nARG b=c\nFROM a\nUSER $b\n", []),
        ("FROM scratch\nCMD [\"a\"]\nHEALTHCHECK NONE\nCMD [\"b\"]\n", ["MultipleInstructionsDisallowed:2"]),
        ("FROM scratch\nENV a b\nLABEL c d\nENV e=f g=h\n", ["LegacyKeyValueFormat:2", "LegacyKeyValueFormat:3"]),
        (
            "FROM scratch\nARG DB_PASSWORD\nENV api_key=1 key_file=2 monkey=3 PUBLIC_KEY=4\n",
            ["SecretsUsedInArgOrEnv:2", "SecretsUsedInArgOrEnv:3"]
        ),
        ("FROM scratch\nEXPOSE 80/TCP 127.0.0.1:90:90\n", ["ExposeProtoCasing:2", "ExposeInvalidFormat:2"]),
        ("# one\nARG a=b\n# a is it\nARG a=c\nFROM scratch\n", []),
        (
            "# check=experimental=all\n# one\nARG a=b\n# a is it\nARG a=c\n# x\n#\nFROM scratch AS b\n",
            ["InvalidDefinitionDescription:3"]
        ),
    ])
    func finds(text: String, expected: [String]) throws {
        #expect(try Self.found(text) == expected)
    }

    @Test(arguments: [
        ("COPY a b /x/", "b\n", ["CopyIgnoredFile:2"]), ("COPY . /x/", "*\n", ["CopyIgnoredFile:2"]),
        ("COPY . /x/", "b\n", []),
        ("ADD ./d/e/../f http://h/b /x/", "d/f\n", ["CopyIgnoredFile:2"]), ("COPY b /x/", "*\n!b\n", []),
        ("COPY --from=i b /x/", "b\n", []), ("COPY d/e /x/", "d\n", ["CopyIgnoredFile:2"]),
    ])
    func findsIgnoredSources(line: String, ignore: String, expected: [String]) throws {
        #expect(try Self.found("FROM scratch\n\(line)\n", ignore: ignore) == expected)
    }

    @Test func baseImagesThatAreNotKnownGiveNoFindings() throws {
        #expect(try Self.found("FROM a\nUSER $x\nCMD y\nWORKDIR z\n", known: false) == ["WorkdirRelativePath:4"])
    }

    @Test(arguments: ["skip", "error=maybe", "else=1"])
    func refusesOptions(text: String) {
        #expect(throws: CheckOptions.Failure.self) { try CheckOptions(parsing: text) }
    }

    @Test func readsOptions() throws {
        #expect(try CheckOptions(parsing: "skip=A, B;error=true").failsOnFindings)
        #expect(try !CheckOptions(parsing: " ").failsOnFindings)
    }

    @Test func suggestsNames() throws {
        let dockerfile = try Dockerfile(parsing: Array("FROM scratch\nARG harbour=1\nUSER $harbor\n".utf8), file: "f")
        let inputs = StageChecks.Inputs(globals: [:], buildArguments: [:], ignored: nil)
        var checks = StageChecks(dockerfile, CheckOptions(), inputs, from: .init(environment: [], hasShell: false))
        checks.check(dockerfile.stages[0])
        #expect(checks.findings.first?.message == "$harbor is not defined (did you mean harbour?)")
        #expect(
            checks.findings.first?.diagnostic(file: "f").description.hasPrefix("f:3:1: warning: UndefinedVar: ") == true
        )
    }

    @Test func urlsAreThoseOfTheDocumentation() {
        let base = "https://docs.docker.com/go/dockerfile/rule/"
        #expect(CheckRule.jsonArgumentsRecommended.url == base + "json-args-recommended/")
        #expect(CheckRule.fromPlatformConstant.url == base + "from-platform-flag-const-disallowed/")
        #expect(CheckRule.invalidBaseImagePlatform.url == nil)
    }
}
