import Testing

@testable import CommandLineGrammar

@Suite struct HelpTests {
    func help(_ arguments: String...) throws -> String {
        let parsed = try ParseTests.grammar.parse(arguments)
        #expect(parsed.wantsHelp)
        return parsed.helpText
    }

    @Test func rootHelp() throws {
        #expect(
            try help() == """
                Builds images

                Usage:
                  swiftlet [options] [command]

                Available Commands:
                  build       Build an image
                  help        Help about any command
                  manifest    Manifest lists
                  rename      Rename a container
                  run         Run a command
                  version     Show the version

                Options:
                  -h, --help                  help for swiftlet
                      --root string           storage root dir
                      --storage-opt strings   storage driver option
                  -v, --version               version for swiftlet

                Use "swiftlet [command] --help" for more information about a command.

                """)
    }

    @Test func commandHelp() throws {
        #expect(
            try help("build", "--help") == """
                Build an image

                Usage:
                  swiftlet build [options] CONTEXT

                Aliases:
                  build, bud, build-using-dockerfile

                Options:
                      --cap-add strings        add a capability
                  -f, --file pathname          the Dockerfile
                      --format string          format of the image (default "oci")
                  -h, --help                   help for build
                  -j, --jobs int               stages in parallel (default 1)
                      --layers                 cache layers (default true)
                      --network string         the network
                      --pull string[="true"]   pull the base (default "missing")
                  -q, --quiet                  say less
                  -t, --tag name               name of the image

                Global Options:
                      --root string           storage root dir
                      --storage-opt strings   storage driver option

                """)
    }

    @Test func waysToAskForHelp() throws {
        let text = try help("manifest", "add", "-h")
        #expect(try help("help", "manifest", "add") == text)
        #expect(try help("--help", "manifest", "add") == text)
        #expect(try help("manifest", "help", "add") == text)
        #expect(try help("manifest") == help("help", "manifest"))
        #expect(throws: UsageError.self) { try help("help", "nosuch") }
    }

    @Test func helpOverridesInvalidArgumentsButNotUnknownFlags() throws {
        _ = try help("rename", "a", "--help")
        #expect(throws: UsageError.self) { try help("rename", "--help", "--nope") }
        #expect(try !ParseTests.grammar.parse(["run", "ctr", "--help"]).wantsHelp)
    }

    @Test func grammarChecksItself() {
        #expect(ParseTests.grammar.inconsistencies().isEmpty)
        let broken = CommandGrammar(
            "x", persistentFlags: [.bool("a", short: "a")],
            subcommands: [CommandGrammar("y", flags: [.string("b", short: "a"), .bool("b")])])
        #expect(broken.inconsistencies() == ["x y: flag b declared twice", "x y: shorthand a declared twice"])
    }
}
