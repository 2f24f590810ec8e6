import SeededRandomness
import Testing

@testable import CommandLineGrammar

@Suite struct ParseTests {
    static let grammar = CommandGrammar(
        "swiftlet", summary: "Builds images", flags: [.bool("version", short: "v", help: "version for swiftlet")],
        persistentFlags: [
            .string("root", help: "storage root dir", ),
            Flag("storage-opt", .stringSlice, help: "storage driver option"),
        ],
        subcommands: [
            CommandGrammar(
                "build", aliases: ["bud", "build-using-dockerfile"], summary: "Build an image",
                usage: "build [options] CONTEXT",
                flags: [
                    Flag("tag", short: "t", .stringArray, placeholder: "name", help: "name of the image"),
                    .string("file", short: "f", "pathname", help: "the Dockerfile"),
                    .bool("layers", default: true, environment: "BUILDAH_LAYERS", help: "cache layers"),
                    .bool("quiet", short: "q", help: "say less"),
                    Flag("pull", .optionalString(noOptDefault: "true"), default: "missing", help: "pull the base"),
                    Flag("jobs", short: "j", .int, default: "1", help: "stages in parallel"),
                    Flag("cap-add", .stringSlice, help: "add a capability"),
                    .string("format", default: "oci", environment: "BUILDAH_FORMAT", help: "format of the image"),
                    .string("network", aliases: ["net"], help: "the network"),
                    .refused("squash-all", short: "Z", "it would lose the base image"),
                ], arguments: .atMost(1)),
            CommandGrammar(
                "run", summary: "Run a command", flags: [.bool("tty", short: "t"), .string("env", short: "e")],
                interspersed: false, arguments: .atLeast(1)),
            CommandGrammar("rename", summary: "Rename a container", arguments: .exactly(2)),
            CommandGrammar("version", summary: "Show the version", arguments: .none),
            CommandGrammar(
                "manifest", summary: "Manifest lists",
                subcommands: [
                    CommandGrammar("add", summary: "Add to a list", flags: [.bool("all")], arguments: .between(1...2)),
                    CommandGrammar("create", summary: "Create a list"),
                ]),
            .refused("source", "it is obsolete"),
        ])

    func parse(_ line: String, _ environment: [String: String] = [:]) throws -> ParsedArguments {
        try Self.grammar.parse(line.split(separator: " ").map(String.init), environment: environment)
    }

    @Test(arguments: [
        "build -t a -t b,c --file=F .", "build . -ta -tb,c -fF", "bud -t=a . -t b,c -f F",
        "build --file F -t a -t b,c -- .",
        "build -qf F . -t a -t b,c",
    ])
    func spellingsAreEquivalent(line: String) throws {
        let parsed = try parse(line)
        #expect(parsed.commandPath == ["swiftlet", "build"])
        #expect(parsed.strings("tag") == ["a", "b,c"])
        #expect(parsed.string("file") == "F")
        #expect(parsed.positionals == ["."])
    }

    @Test(arguments: [
        ("build", true), ("build --layers", true), ("build --layers=false", false), ("build --layers=0 x", false),
        ("build --layers=F", false), ("build --layers=1", true), ("build --layers false", true),
    ])
    func switches(line: String, expected: Bool) throws {
        #expect(try parse(line).bool("layers") == expected)
    }

    @Test func booleanFlagNeverConsumesTheNextArgument() throws {
        #expect(try parse("build --layers false").positionals == ["false"])
        let parsed = try parse("build --pull always")
        #expect(parsed.string("pull") == "true")
        #expect(parsed.positionals == ["always"])
    }

    @Test func optionalValues() throws {
        #expect(try parse("build").string("pull") == "missing")
        #expect(try !parse("build").wasSet("pull"))
        #expect(try parse("build --pull").string("pull") == "true")
        #expect(try parse("build --pull=always").string("pull") == "always")
        #expect(try parse("build --pull=").string("pull")?.isEmpty == true)
    }

    @Test func slicesSplitAtCommasAndKeepQuotedOnes() throws {
        #expect(try parse("build --cap-add=A,B --cap-add C").strings("cap-add") == ["A", "B", "C"])
        #expect(try parse("build --cap-add=\"A,B\",C").strings("cap-add") == ["A,B", "C"])
        #expect(try parse("build --cap-add=").strings("cap-add").isEmpty)
    }

    @Test func numbers() throws {
        #expect(try parse("build").int("jobs") == 1)
        #expect(try parse("build -j4").int("jobs") == 4)
        #expect(try parse("build --jobs=-0x10").int("jobs") == -16)
        #expect(try parse("build --jobs 1_000").int("jobs") == 1000)
    }

    @Test func flagsStopAtTheFirstPositionalOfRun() throws {
        let parsed = try parse("run -t ctr -- ls -e --foo")
        #expect(parsed.bool("tty"))
        #expect(parsed.positionals == ["ctr", "--", "ls", "-e", "--foo"])
        #expect(parsed.countBeforeDoubleDash == nil)
        let dashed = try parse("run -- ctr ls -l")
        #expect(dashed.positionals == ["ctr", "ls", "-l"])
        #expect(dashed.countBeforeDoubleDash == 0)
    }

    @Test func positionalsAroundDoubleDash() throws {
        let parsed = try parse("rename a -- --b")
        #expect(Array(parsed.positionalsBeforeDoubleDash) == ["a"])
        #expect(Array(parsed.positionalsAfterDoubleDash) == ["--b"])
    }

    @Test func aSingleDashIsAPositional() throws {
        #expect(try parse("build -f - -").string("file") == "-")
        #expect(try parse("build -").positionals == ["-"])
    }

    @Test func globalFlagsBeforeAndAfterTheCommand() throws {
        for line in ["--root /r build --storage-opt a,b", "build --storage-opt=a --root=/r --storage-opt b"] {
            let parsed = try parse(line)
            #expect(parsed.string("root") == "/r")
            #expect(parsed.strings("storage-opt") == ["a", "b"])
        }
        #expect(try parse("manifest add --root /r x").string("root") == "/r")
    }

    @Test func environmentProvidesMissingFlags() throws {
        let environment = ["BUILDAH_LAYERS": "FALSE", "BUILDAH_FORMAT": "docker"]
        let parsed = try parse("build", environment)
        #expect(!parsed.bool("layers"))
        #expect(parsed.string("format") == "docker")
        #expect(parsed.isFromEnvironment("format") && !parsed.wasSet("format"))
        #expect(try parse("build --layers --format=oci", environment).bool("layers"))
        #expect(try parse("build --format=oci", environment).string("format") == "oci")
        #expect(throws: UsageError.self) { try parse("build", ["BUILDAH_LAYERS": "perhaps"]) }
    }

    @Test func aliasesOfFlags() throws {
        let parsed = try parse("build --net=none")
        #expect(parsed.string("network") == "none")
        #expect(parsed.wasSet("network"))
    }

    @Test(arguments: [
        ("build --nope", "unknown flag: --nope"),
        ("build --nope=1", "unknown flag: --nope"),
        ("build -qx", "unknown shorthand flag: 'x' in -x"),
        ("build -xq", "unknown shorthand flag: 'x' in -xq"),
        ("build --version", "unknown flag: --version"),
        ("build --file", "flag needs an argument: --file"),
        ("build -qf", "flag needs an argument: 'f' in -f"),
        ("build --=x", "bad flag syntax: --=x"),
        ("build ---x", "bad flag syntax: ---x"),
        (
            "build --jobs=x",
            #"invalid argument "x" for "-j, --jobs" flag: strconv.ParseInt: parsing "x": invalid syntax"#
        ),
        (
            "build -j99999999999999999999",
            #"invalid argument "99999999999999999999" for "-j, --jobs" flag: strconv.ParseInt: "#
                + #"parsing "99999999999999999999": value out of range"#
        ),
        (
            "build --layers=maybe",
            #"invalid argument "maybe" for "--layers" flag: strconv.ParseBool: parsing "maybe": invalid syntax"#
        ),
        (
            "build --cap-add=a\"b",
            #"invalid argument "a\"b" for "--cap-add" flag: parse error on line 1, column 2: bare " in non-quoted field"#
        ),
        ("build a b", "accepts at most 1 arg(s), received 2"),
        ("rename a", "accepts 2 arg(s), received 1"),
        ("run", "requires at least 1 arg(s), only received 0"),
        ("manifest add", "accepts between 1 and 2 arg(s), received 0"),
        ("version x", #"unknown command "x" for "swiftlet version""#),
        ("nosuch", #"unknown command "nosuch" for "swiftlet""#),
        ("manifest nosuch", #"unknown command "nosuch" for "swiftlet manifest""#),
        ("build --squash-all", "-Z, --squash-all is not supported: it would lose the base image"),
        ("build -qZ", "-Z, --squash-all is not supported: it would lose the base image"),
        ("source x", "swiftlet source is not supported: it is obsolete"),
    ])
    func errors(line: String, message: String) {
        let error = #expect(throws: UsageError.self) { try parse(line) }
        #expect(error?.message == message)
    }

    @Test func suggestsCommands() {
        let error = #expect(throws: UsageError.self) { try parse("biuld") }
        #expect(error?.description == "unknown command \"biuld\" for \"swiftlet\"\n\nDid you mean this?\n\tbuild\n")
        #expect(Self.grammar.suggestions(for: "ver") == ["version"])
    }

    @Test func randomArgumentsNeverTrap() {
        var random = SeededGenerator(seed: 7)
        let pieces = [
            "--", "-", "=", "--tag", "-t", "-q", "é", "build", "run", "manifest", "help", "\"", ",", "--layers", "",
        ]
        for _ in 0..<3000 {
            let arguments = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                (0..<Int.random(in: 1...3, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                    .joined()
            }
            _ = try? Self.grammar.parse(arguments)
        }
    }

    @Test func buildahAcceptsACommandsFlagsBeforeIt() throws {
        var grammar = Self.grammar
        grammar.style = .buildah
        let parsed = try grammar.parse(["--file", "x", "--tag=a", "build", "--tag", "b", "."])
        #expect(parsed.string("file") == "x" && parsed.strings("tag") == ["a", "b"] && parsed.positionals == ["."])
        #expect(throws: UsageError.self) { try grammar.parse(["--nosuch", "x", "build"]) }
        #expect(throws: UsageError.self) { try grammar.parse(["--nosuch", "x"]) }
        #expect(throws: UsageError.self) { try Self.grammar.parse(["--file", "x", "build"]) }
    }
}
