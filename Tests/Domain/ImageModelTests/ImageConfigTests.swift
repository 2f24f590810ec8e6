import ContentDigest
import JSONText
import Testing

@testable import ImageModel

@Suite struct ImageConfigTests {
    private let diffID = "sha256:" + String(repeating: "ab", count: 32)

    @Test func writesGoOrderAndOmitsEmptyMembers() throws {
        let config = ImageConfig(
            created: "2026-01-02T03:04:05Z", author: "", architecture: "amd64", os: "linux", osFeatures: [],
            config: ContainerConfig(
                user: "app", exposedPorts: ["80/tcp": .init(), "443/tcp": .init()], env: ["A=b"], entrypoint: [],
                cmd: ["sh"], volumes: [:], workingDir: "/", labels: ["b": "2", "a": "<1>"], argsEscaped: false,
                healthcheck: Healthcheck(test: ["CMD", "true"], interval: 5, timeout: 0), onBuild: ["RUN x"],
                shell: ["/bin/sh", "-c"]),
            rootfs: RootFS(diffIDs: [try Digest(parsing: diffID)]),
            history: [History(createdBy: "RUN x"), History(createdBy: "ENV", comment: "", emptyLayer: true)])
        let expected =
            #"{"created":"2026-01-02T03:04:05Z","architecture":"amd64","os":"linux","config":{"User":"app","#
            + #""ExposedPorts":{"443/tcp":{},"80/tcp":{}},"Env":["A=b"],"Cmd":["sh"],"WorkingDir":"/","#
            + #""Labels":{"a":"<1>","b":"2"},"Healthcheck":{"Test":["CMD","true"],"Interval":5},"OnBuild":["RUN x"],"#
            + #""Shell":["/bin/sh","-c"]},"rootfs":{"type":"layers","diff_ids":["\#(diffID)"]},"#
            + #""history":[{"created_by":"RUN x"},{"created_by":"ENV","empty_layer":true}]}"#
        #expect(String(decoding: try config.serialized(), as: UTF8.self) == expected)
    }

    @Test func anEmptyImageIsStillValid() throws {
        let config = ImageConfig(architecture: "arm64", os: "linux", variant: "v8")
        #expect(
            String(decoding: try config.serialized(), as: UTF8.self)
                == #"{"architecture":"arm64","os":"linux","variant":"v8","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"#
        )
    }

    @Test func keepsUnknownMembers() throws {
        let text = """
            {"architecture":"amd64","config":{"Hostname":"h","Domainname":"","User":"","AttachStdin":false,"Tty":true,\
            "Env":["PATH=/bin"],"Cmd":null,"Image":"sha256:x","Volumes":null,"Entrypoint":null,"OnBuild":null,\
            "Labels":null,"StopTimeout":5,"Healthcheck":{"Test":["NONE"]}},"container":"c0ffee",\
            "container_config":{"Cmd":["#(nop) x"],"z":1,"a":2},"created":"2020-01-01T00:00:00Z",\
            "docker_version":"20.10","os":"linux","rootfs":{"type":"layers","diff_ids":["\(diffID)"]},\
            "moby.buildkit.buildinfo.v1":"e30="}
            """
        var config = try ImageConfig(parsing: Array(text.utf8))
        #expect(config.extra.keys == ["container", "container_config", "docker_version", "moby.buildkit.buildinfo.v1"])
        #expect(config.config?.extra.keys == ["AttachStdin", "Tty", "Image", "StopTimeout"])
        #expect(config.config?.hostname == "h" && config.config?.cmd == nil)
        config.config?.user = "root"
        let written = try JSONValue(parsing: config.serialized())
        #expect(written["config"]?["User"] == "root")
        #expect(written["config"]?["StopTimeout"] == 5)
        #expect(written["config"]?["Healthcheck"] == ["Test": ["NONE"]])
        #expect(written["container_config"]?.serializedString() == ##"{"Cmd":["#(nop) x"],"z":1,"a":2}"##)
        #expect(written["moby.buildkit.buildinfo.v1"] == "e30=")
        #expect(try ImageConfig(parsing: config.serialized()) == config)
    }

    @Test(arguments: [
        "", "[]", "null", #"{"rootfs":{"diff_ids":["sha256:short"]}}"#, #"{"config":{"Env":"A=b"}}"#,
        #"{"config":{"Labels":{"a":1}}}"#, #"{"history":{}}"#, #"{"config":[]}"#,
    ])
    func refusesWhatIsNoConfiguration(text: String) {
        let error = #expect(throws: ImageModelError.self) { try ImageConfig(parsing: Array(text.utf8)) }
        #expect(error?.kind == .malformed)
        #expect(error?.description.hasPrefix("invalid image configuration: ") == true)
    }

    @Test func platformReflectsTheConfig() {
        var config = ImageConfig(architecture: "amd64", os: "linux")
        config.platform = Platform(architecture: "arm", os: "linux", variant: "v7")
        #expect(config.architecture == "arm" && config.variant == "v7")
        #expect(config.platform.description == "linux/arm/v7")
    }
}
