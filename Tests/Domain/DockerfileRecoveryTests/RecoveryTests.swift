import ContentDigest
import DockerfileSyntax
import ImageModel
import Testing

@testable import DockerfileRecovery

/// A history as a list of `created_by`; an entry that begins with `-` has no layer.
struct SampleImage {
    var config: ImageConfig

    init(_ history: [String], _ container: ContainerConfig = ContainerConfig()) {
        var entries: [History] = []
        var digests: [Digest] = []
        for (index, text) in history.enumerated() {
            let isEmpty = text.hasPrefix("-")
            entries.append(
                History(
                    created: "2024-01-01T00:00:0\(index % 10)Z", createdBy: isEmpty ? String(text.dropFirst()) : text,
                    emptyLayer: isEmpty ? true : nil))
            if !isEmpty { digests.append(Digest.sha256(of: "\(index)\(text)")) }
        }
        config = ImageConfig(config: container, rootfs: RootFS(diffIDs: digests), history: entries)
    }

    func recover(on base: SampleImage? = nil, layers: [Int: LayerContents] = [:]) -> RecoveredDockerfile {
        var request = RecoveryRequest(name: "image", config: config)
        request.base = base.flatMap { BaseChoice(for: config, on: BaseImage(name: "base", config: $0.config)) }
        request.layers = layers
        return request.dockerfile()
    }

    func instructions(on base: SampleImage? = nil) -> [String] {
        recover(on: base).lines.compactMap(\.instruction)
    }
}

@Suite struct RecoveryTests {
    static let base = SampleImage(
        ["/bin/sh -c #(nop) ADD file:beb509d24d279b1fe0fe240f35cf504ef843524ff823be0fde7bb0e025190bb1 in / "],
        ContainerConfig(env: ["PATH=/bin"], cmd: ["sh"]))

    /// The instructions after FROM for an image with this history on top of the base.
    private func recovered(_ history: [String], _ container: ContainerConfig? = nil) -> [String] {
        let image = SampleImage(
            [
                "/bin/sh -c #(nop) ADD file:beb509d24d279b1fe0fe240f35cf504ef843524ff823be0fde7bb0e025190bb1 in / "
            ] + history, container ?? ContainerConfig(env: ["PATH=/bin"], cmd: ["sh"]))
        return Array(image.instructions(on: Self.base).dropFirst())
    }

    @Test(arguments: [
        "echo " + String(repeating: "a#b\\ ", count: 30_000) + "end",
        "echo 1\n" + String(repeating: "ä", count: 70_000) + "\nend", "\n" + String(repeating: "x y ", count: 20_000),
    ])
    func `Breaks lines that are too long for a Dockerfile`(command: String) throws {
        let image = SampleImage(["/bin/sh -c \(command)"])
        let recovered = image.recover()
        let file = try Dockerfile(parsing: Array(recovered.text.utf8), file: "recovered")
        guard case .run(let run)? = file.stages.first?.instructions.last?.kind else {
            Issue.record("no RUN")
            return
        }
        switch run.command {
        case .shell(let text): #expect(text == command)
        case .exec(let arguments): #expect(arguments == ["/bin/sh", "-c", command])
        case .script: Issue.record("a heredoc cannot have such lines")
        }
    }

    @Test func `Recovers the Dockerfile of the walkthrough's image`() {
        let image = SampleImage(
            [
                "/bin/sh -c #(nop) ADD file:beb509d24d279b1fe0fe240f35cf504ef843524ff823be0fde7bb0e025190bb1 in / ",
                "-/bin/sh -c echo Hello", "/bin/sh -c touch my-file",
            ], ContainerConfig(env: ["PATH=/bin"], cmd: ["sh"]))
        #expect(image.instructions(on: Self.base) == ["FROM base", "RUN echo Hello", "RUN touch my-file"])
        #expect(image.recover(on: Self.base).lines.allSatisfy { $0.confidence == .certain })
    }

    @Test(arguments: [
        ("/bin/sh -c make", "RUN make"),
        ("RUN /bin/sh -c make # buildkit", "RUN make"),
        ("RUN make all", "RUN make all"),
        ("RUN /bin/a b # buildkit", "RUN [\"/bin/a\", \"b\"]"),
        ("/bin/sh -c [\"a\", \"b c\"]", "RUN [\"a\", \"b c\"]"),
        ("/bin/sh -c a &&     b", "RUN a && \\\n    b"),
        ("/bin/sh -c a\nb\n", "RUN <<EOF\na\nb\nEOF"),
        ("/bin/sh -c a\nEOF\n", "RUN <<EOF1\na\nEOF\nEOF1"),
        ("/bin/sh -c cat <<E\nx\nE", "RUN cat <<E\nx\nE"),
        ("/bin/sh -c --mount=type=bind true", "RUN [\"/bin/sh\", \"-c\", \"--mount=type=bind true\"]"),
        ("/bin/sh -c echo \\", "RUN [\"/bin/sh\", \"-c\", \"echo \\\\\"]"),
        ("/bin/sh -c a\u{0}b", "RUN [\"/bin/sh\", \"-c\", \"a\\u0000b\"]"),
        ("/bin/sh -c a\r", "RUN [\"/bin/sh\", \"-c\", \"a\\u000d\"]"),
        ("WORKDIR /app", "WORKDIR /app"),
        ("COPY a b /c # buildkit", "COPY a b /c"),
        ("/bin/sh -c #(nop) COPY dir:\(String(repeating: "a", count: 64)) in /srv ", "COPY srv/ /srv"),
        ("/bin/sh -c #(nop) COPY file:\(String(repeating: "a", count: 64)) in /srv/x ", "COPY x /srv/x"),
        ("umoci config", "ADD layer-2.tar /"),
    ])
    func `A step with a layer`(entry: String, instruction: String) {
        #expect(recovered([entry]).first == instruction)
    }

    @Test(arguments: [
        ("/bin/sh -c #(nop)  ENV A=1 B=two words", "ENV A=1 B=\"two words\""),
        ("ENV A=1 B=two words", "ENV A=1 B=\"two words\""),
        ("/bin/sh -c #(nop) ENV A=1 B=\"two words\"", "ENV A=1 B=\"two words\""),
    ])
    func `ENV as Docker, BuildKit and Buildah record it`(entry: String, instruction: String) {
        let config = ContainerConfig(env: ["PATH=/bin", "A=1", "B=two words"], cmd: ["sh"])
        #expect(recovered(["-" + entry], config) == [instruction])
    }

    @Test func `Quotes values that Docker has expanded`() {
        let config = ContainerConfig(env: ["PATH=/bin", "C=it$x"], cmd: ["sh"])
        #expect(recovered(["-/bin/sh -c #(nop)  ENV C=it$x"], config) == ["ENV C=\"it\\$x\""])
    }

    @Test func `Every instruction that BuildKit prints as a Go value`() {
        let config = ContainerConfig(
            user: "1:2", exposedPorts: ["80/tcp": .init(), "443/udp": .init()], env: ["PATH=/bin"],
            entrypoint: ["/e", "a b"], cmd: ["/bin/bash", "-c", "echo hi"],
            volumes: ["/data": .init(), "/v 2": .init()], workingDir: "/work", labels: ["l": "v 1"],
            stopSignal: "SIGINT",
            healthcheck: Healthcheck(test: ["CMD-SHELL", "ok || exit 1"], interval: 5_000_000_000, retries: 3),
            onBuild: ["RUN x"], shell: ["/bin/bash", "-c"])
        let history = [
            "-SHELL [/bin/bash -c]", "-LABEL l=v 1", "WORKDIR /work", "RUN /bin/bash -c make # buildkit",
            "-EXPOSE map[443/udp:{} 80/tcp:{}]", "-VOLUME [/data /v 2]", "-USER 1:2", "-STOPSIGNAL SIGINT",
            #"-HEALTHCHECK &{["CMD-SHELL" "ok || exit 1"] "5s" "0s" "0s" "0s" '\x03'}"#, "-ONBUILD RUN x",
            #"-ENTRYPOINT ["/e" "a b"]"#, #"-CMD ["/bin/bash" "-c" "echo hi"]"#,
        ]
        #expect(
            recovered(history, config) == [
                #"SHELL ["/bin/bash", "-c"]"#, #"LABEL l="v 1""#, "WORKDIR /work", "RUN make", "EXPOSE 443/udp 80/tcp",
                #"VOLUME ["/data", "/v 2"]"#, "USER 1:2", "STOPSIGNAL SIGINT",
                "HEALTHCHECK --interval=5s --retries=3 CMD ok || exit 1", "ONBUILD RUN x",
                #"ENTRYPOINT ["/e", "a b"]"#, "CMD echo hi",
            ])
    }

    @Test(arguments: [
        ("|2 A=1 B=two words /bin/sh -c make", ["ARG A=1", "ARG B=\"two words\"", "RUN make"]),
        ("RUN |1 A=1 /bin/sh -c make # buildkit", ["ARG A=1", "RUN make"]),
        ("|0 /bin/sh -c make", ["RUN make"]),
    ])
    func `Build arguments of a command become ARG`(entry: String, instructions: [String]) {
        #expect(recovered([entry]) == instructions)
    }

    @Test func `A declared argument gets the value visible to commands`() {
        let history = ["-/bin/sh -c #(nop) ARG A", "-/bin/sh -c #(nop) ARG B=1", "|2 A=x B=1 /bin/sh -c make"]
        #expect(recovered(history) == ["ARG A=x", "ARG B=1", "RUN make"])
    }

    @Test func `Adds what the history lacks from the configuration`() {
        let config = ContainerConfig(
            user: "bin", exposedPorts: ["80/tcp": .init()], env: ["PATH=/bin", "A=b c"], entrypoint: ["/e"],
            volumes: ["/d": .init()], workingDir: "/w", labels: ["x": "y"], stopSignal: "9",
            healthcheck: Healthcheck(test: ["NONE"]), onBuild: ["RUN z"], shell: ["/s", "-c"])
        let recovered = Set(recovered([], config))
        #expect(
            recovered == [
                "ENV A=\"b c\"", "LABEL x=y", #"SHELL ["/s", "-c"]"#, "WORKDIR /w", "USER bin", "STOPSIGNAL 9",
                #"ENTRYPOINT ["/e"]"#, "EXPOSE 80/tcp", #"VOLUME ["/d"]"#, "HEALTHCHECK NONE", "ONBUILD RUN z",
            ])
    }

    @Test func `A base's triggers are not repeated`() {
        var base = Self.base
        base.config.config?.onBuild = ["RUN x"]
        let image = SampleImage(
            [Self.base.config.history?.first?.createdBy ?? "", "/bin/sh -c x", "/bin/sh -c y"],
            ContainerConfig(env: ["PATH=/bin"], cmd: ["sh"]))
        #expect(image.instructions(on: base) == ["FROM base", "RUN y"])
    }

    @Test func `Layers without history, and an image without a base`() {
        var image = SampleImage(["-/bin/sh -c #(nop) CMD [\"a\"]"], ContainerConfig(cmd: ["a"]))
        image.config.rootfs.diffIDs = [Digest.sha256(of: "1"), Digest.sha256(of: "2")]
        #expect(
            image.instructions() == ["FROM scratch", "CMD [\"a\"]", "ADD rootfs.tar /", "ADD layer-2.tar /"])
    }

    @Test func `A copied layer is described`() {
        var contents = LayerContents()
        contents.files = 1
        contents.bytes = 5
        contents.names = ["srv/a\nb"]
        contents.largest = [LayerContents.File(path: "srv/a\nRUN evil", size: 5)]
        contents.owner = LayerContents.Owner(uid: 7, gid: 8)
        let image = SampleImage(
            ["x", "/bin/sh -c #(nop) COPY file:\(String(repeating: "a", count: 64)) in /srv/ok "])
        let text = image.recover(layers: [1: contents]).text
        #expect(text.contains("COPY --chown=7:8 ok /srv/ok\n"))
        #expect(text.contains("1 file, 5 bytes\n"))
        #expect(!text.contains("\nRUN evil"))
    }

    @Test func `The base with the whole history wins, then the most layers, then its recorded name`() {
        let image = SampleImage(["a", "b", "-c"])
        let small = BaseImage(name: "small", config: SampleImage(["a"]).config)
        let large = BaseImage(name: "large", config: SampleImage(["a", "b"]).config)
        let other = BaseImage(name: "other", config: SampleImage(["x", "b"]).config)
        #expect(BaseChoice(for: image.config, among: [small, large, other])?.base.name == "large")
        #expect(BaseChoice(for: image.config, among: [small, large, other], named: "small")?.base.name == "small")
        #expect(BaseChoice(for: image.config, among: [other]) == nil)
        #expect(BaseChoice(for: image.config, among: [BaseImage(name: "self", config: image.config)]) == nil)
    }
}
