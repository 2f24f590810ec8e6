import Testing

@testable import ContainersConfig

@Suite struct DeviceDescriptionsTests {
    let host = TemporaryRoot()

    @Test(arguments: [
        ("vendor.com/class=name", true), ("a/b=all", true), ("/dev/null", false), ("/dev/a=b:/dev/c", false),
        ("vendor.com/class", false), ("vendor.com/class=", false), ("class=name", false),
    ])
    func namesAreDistinguishedFromPaths(text: String, isName: Bool) {
        #expect(DeviceDescriptions.isName(text) == isName)
    }

    @Test func yamlAndJSONAreRead() throws {
        host.write(
            "first/a.yaml",
            """
            ---
            cdiVersion: 0.7.0
            kind: vendor.com/gpu
            containerEdits:
              env:
              - COMMON=1
            devices:
              - name: all
                containerEdits:
                  env: [ALL=yes]
                  mounts:
                  - containerPath: /lib/x
                    hostPath: /opt/x
                    options:
                    - ro
                    - bind
              - name: "0"
                containerEdits:
                  deviceNodes:
                    - path: /dev/gpu0
            """)
        host.write(
            "second/b.json",
            """
            {"cdiVersion": "0.5.0", "kind": "vendor.com/gpu", "devices": [{"name": "0", "containerEdits":
             {"deviceNodes": [{"path": "/dev/zero0", "hostPath": "/dev/zero", "permissions": "r", "major": 1}]}}]}
            """)
        let first = try DeviceDescriptions(directories: ["\(host.path)/first", "/no/such/directory"])
        let edits = try first.edits(for: ["vendor.com/gpu=all", "vendor.com/gpu=0"])
        #expect(edits.environment == ["COMMON=1", "ALL=yes"])
        #expect(edits.mounts == [.init(hostPath: "/opt/x", containerPath: "/lib/x", options: ["ro", "bind"])])
        #expect(edits.nodes == [.init(hostPath: "/dev/gpu0", path: "/dev/gpu0", permissions: "rwm")])
        let both = try DeviceDescriptions(directories: ["\(host.path)/first", "\(host.path)/second"])
        #expect(
            try both.edits(for: ["vendor.com/gpu=0"]).nodes
                == [.init(hostPath: "/dev/zero", path: "/dev/zero0", permissions: "r")])
    }

    @Test func buildsNameDevicesByKindAndClass() throws {
        host.write(
            "d/a.yaml",
            """
            cdiVersion: 0.6.0
            kind: vendor1.com/device
            annotations:
              org.mobyproject.buildkit.device.autoallow: true
            devices:
              - name: foo
                annotations:
                  org.mobyproject.buildkit.device.autoallow: "false"
                containerEdits:
                  env: [FOO=injected]
              - name: bar
                annotations:
                  org.mobyproject.buildkit.device.class: class1
                containerEdits:
                  env: [BAR=injected]
              - name: baz
                annotations:
                  org.mobyproject.buildkit.device.class: class1
                containerEdits:
                  env: [BAZ=injected]
            """)
        let devices = try DeviceDescriptions(directories: ["\(host.path)/d"])
        let (foo, bar, baz) = ("vendor1.com/device=foo", "vendor1.com/device=bar", "vendor1.com/device=baz")
        #expect(devices.names(matching: "vendor1.com/device") == [bar])
        #expect(devices.names(matching: "vendor1.com/device=*") == [bar, baz, foo])
        #expect(devices.names(matching: foo) == [foo])
        #expect(devices.names(matching: "class1") == [bar, baz])
        for name in ["vendor1.com/device=none", "vendor2.com/device", "foo", ""] {
            #expect(devices.names(matching: name) == [])
        }
        #expect(devices.isForEveryBuild(bar) && !devices.isForEveryBuild(foo) && !devices.isForEveryBuild("x"))
    }

    @Test func unknownAndUnsupportedDevicesAreErrors() throws {
        let file = host.write(
            "d/a.yaml",
            "cdiVersion: 0.5.0\nkind: v.io/c\ndevices:\n- name: x\n  containerEdits:\n    hooks:\n    - path: /bin/true\n"
        )
        let descriptions = try DeviceDescriptions(directories: ["\(host.path)/d"])
        let hooks = #expect(throws: ConfigError.self) { try descriptions.edits(for: ["v.io/c=x"]) }
        #expect(hooks?.description == "\(file): containerEdits: hooks is not supported")
        let unknown = #expect(throws: ConfigError.self) { try descriptions.edits(for: ["v.io/c=y"]) }
        #expect(unknown?.code == .notFound)
        host.write("d/b.yaml", "cdiVersion: 0.5.0\nkind: v.io/c\ndevices:\n- name: x\n")
        #expect(throws: ConfigError.self) { try DeviceDescriptions(directories: ["\(host.path)/d"]) }
    }

    @Test func registrySourcesRestrictRegistries() throws {
        func sources(_ text: String) throws -> RegistrySources {
            try RegistrySources(env: host.user(["BUILD_REGISTRY_SOURCES": text]))
        }
        try RegistrySources(env: host.user()).check("docker.io")
        let blocked = try sources("{\"blockedRegistries\": [\"docker.io\"], \"insecureRegistries\": [\"a.io\"]}")
        #expect(blocked.insecure == ["a.io"])
        try blocked.check("quay.io")
        let error = #expect(throws: ConfigError.self) { try blocked.check("docker.io") }
        #expect(
            error?.description == "registry \"docker.io\" denied by policy: it is in the blocked registries list")
        let allowed = try sources("{\"allowedRegistries\": [\"a.io\"]}")
        try allowed.check("a.io")
        #expect(throws: ConfigError.self) { try allowed.check("docker.io") }
        for text in ["[]", "{", "{\"allowedRegistries\": \"a.io\"}", "{\"blockedRegistries\": [1]}"] {
            #expect(throws: ConfigError.self) { try sources(text) }
        }
    }
}
