import Testing

@testable import CommandLineGrammar

@Suite struct MannerTests {
    static func grammar(_ style: CommandGrammar.GrammarStyle) -> CommandGrammar {
        CommandGrammar(
            "tool",
            subcommands: [
                CommandGrammar("rmi", flags: [.bool("force", short: "f", help: "force it")], flagsFirst: true)
            ],
            style: style)
    }

    @Test func buildahRejectsFlagsAfterArguments() throws {
        #expect(try Self.grammar(.buildah).parse(["rmi", "-f", "image"]).bool("force"))
        let error = #expect(throws: UsageError.self) { try Self.grammar(.buildah).parse(["rmi", "image", "-f"]) }
        #expect(error?.message == "no options (-f) can be specified after the image or container name")
    }

    @Test func podmanAcceptsFlagsAnywhere() throws {
        let parsed = try Self.grammar(.podman).parse(["rmi", "image", "-f"])
        #expect(parsed.bool("force"))
        #expect(parsed.positionals == ["image"])
    }

    @Test func helpFollowsTheStyle() throws {
        let buildah = try Self.grammar(.buildah).parse(["rmi", "--help"]).helpText
        #expect(buildah.contains("Usage:\n  tool rmi [flags]\n") && buildah.contains("\nFlags:\n"))
        let podman = try Self.grammar(.podman).parse(["rmi", "--help"]).helpText
        #expect(podman.contains("Usage:\n  tool rmi [options]\n") && podman.contains("\nOptions:\n"))
    }
}
