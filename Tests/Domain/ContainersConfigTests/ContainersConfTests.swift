import Testing

@testable import ContainersConfig

@Suite struct ContainersConfTests {
    let host = TemporaryRoot()

    @Test func defaultsEqualPodmans() throws {
        let conf = try ContainersConf.load(env: host.user())
        #expect(conf.containers.defaultCapabilities.count == 11)
        #expect(conf.containers.umask == 0o022)
        #expect(conf.containers.shmSize == 65_536 * 1024)
        #expect(conf.engine.runtimes["crun"]?.first == "/usr/bin/crun")
        #expect(conf.files.isEmpty)
    }

    @Test func laterFilesOverrideKeyByKey() throws {
        host.write(
            "usr/share/containers/containers.conf.d/a.conf",
            """
            [containers]
            default_capabilities = ["CHOWN"]
            umask = "0077"
            shm_size = "1g"
            pids_limit = 5
            [engine.runtimes]
            crun = ["/opt/crun"]
            """)
        host.write("etc/containers/containers.conf.d/b.conf", "[containers]\ntz = 'local'\numask = '0027'\n")
        host.write(
            "etc/containers/containers.rootless.conf.d/c.conf", "[network]\ndefault_rootless_network_cmd = 'pasta'\n")
        host.write(
            "home/someone/.config/containers/containers.conf.d/d.conf",
            "[containers]\nenv = ['A=1']\n[engine.runtimes]\nmine = ['/m']\n")
        let conf = try ContainersConf.load(env: host.user())
        #expect(conf.containers.defaultCapabilities == ["CHOWN"])
        #expect(conf.containers.umask == 0o027)
        #expect(conf.containers.timezone == "local")
        #expect(conf.containers.shmSize == 1 << 30)
        #expect(conf.containers.pidsLimit == 5)
        #expect(conf.containers.env == ["A=1"])
        #expect(conf.network.defaultRootlessNetworkCommand == "pasta")
        #expect(conf.engine.runtimes["crun"] == ["/opt/crun"])
        #expect(conf.engine.runtimes["mine"] == ["/m"])
        #expect(conf.files.count == 4)
        let root = try ContainersConf.load(env: host.root())
        #expect(root.containers.env != ["A=1"] && root.network.defaultRootlessNetworkCommand.isEmpty)
    }

    @Test func arraysAppendOnRequest() throws {
        host.write("etc/containers/containers.conf", "[containers]\nvolumes = ['/a:/a']\n")
        host.write("etc/containers/containers.conf.d/1.conf", "[containers]\nvolumes = ['/b:/b', {append=true}]\n")
        host.write("etc/containers/containers.conf.d/2.conf", "[containers]\nvolumes = ['/c:/c']\n")
        #expect(try ContainersConf.load(env: host.user()).containers.volumes == ["/a:/a", "/b:/b", "/c:/c"])
        host.write("etc/containers/containers.conf.d/3.conf", "[containers]\nvolumes = ['/d:/d', {append=false}]\n")
        #expect(try ContainersConf.load(env: host.user()).containers.volumes == ["/d:/d"])
    }

    @Test func environmentVariablesSelectFiles() throws {
        host.write("etc/containers/containers.conf", "[containers]\ntz = 'UTC'\nno_hosts = true\n")
        let only = host.write("only.conf", "[containers]\ntz = 'Europe/Berlin'\n")
        let last = host.write("last.conf", "[containers]\ntz = 'local'\n")
        let conf = try ContainersConf.load(env: host.user(["CONTAINERS_CONF": only]))
        #expect(conf.containers.timezone == "Europe/Berlin" && !conf.containers.noHosts)
        let overridden = try ContainersConf.load(env: host.user(["CONTAINERS_CONF_OVERRIDE": last]))
        #expect(overridden.containers.timezone == "local" && overridden.containers.noHosts)
        #expect(throws: ConfigError.self) {
            try ContainersConf.load(env: host.user(["CONTAINERS_CONF": "/no/such/file"]))
        }
    }

    @Test(arguments: [
        "umask = '9'", "shm_size = '12q'", "shm_size = '99999999999999999999'", "shm_size='9999999999g'", "env = 'A=1'",
        "init = 'yes'", "env = [1]",
    ])
    func invalidValuesAreRejectedWithTheirKey(line: String) throws {
        let file = host.write("etc/containers/containers.conf", "[containers]\n\(line)\n")
        let error = #expect(throws: ConfigError.self) { try ContainersConf.load(env: host.user()) }
        #expect(error?.description.hasPrefix("\(file):2:1: containers.") == true)
    }

    @Test(arguments: [
        ("[engine]\nenv = ['A=1']\n", ["A=1"]), ("[engine]\n  \"env\" = ['A=1']\n", ["A=1"]),
        ("engine.env = ['A=1']\n", ["A=1"]), ("engine = { env = ['A=1'] }\n", ["A=1"]),
        ("[containers]\nenv = ['A=1']\n", []), ("[engine]\n# env = ['A=1']\nretry = 'not a number'\n", []),
    ])
    func engineEnvironmentIsFoundInAllForms(text: String, expected: [String]) throws {
        host.write("etc/containers/containers.conf", text)
        #expect(try ContainersConf.engineEnvironment(env: host.user()) == expected)
    }

    @Test func sectionThatIsNotATableIsRejected() throws {
        let file = host.write("etc/containers/containers.conf", "other = 1\nengine = 'podman'\n")
        let error = #expect(throws: ConfigError.self) { try ContainersConf.load(env: host.user()) }
        #expect(error?.description == "\(file):2:1: engine: must be a table, not a string")
    }
}
