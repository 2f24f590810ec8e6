import Glibc
import Testing

@testable import ContainersConfig

/// The rules of containers-config(5).
@Suite struct ConfigSearchTests {
    let host = TemporaryRoot()

    private func paths(_ env: ConfigEnvironment) throws -> [String] {
        try ConfigSearch.containers(env).read(env).map { String($0.path.dropFirst(host.path.count + 1)) }
    }

    @Test func highestMainFileAndSortedDropInsAreRead() throws {
        for file in [
            "usr/share/containers/containers.conf", "home/someone/.config/containers/containers.conf",
            "usr/share/containers/containers.conf.d/00-vendor.conf",
            "etc/containers/containers.conf.d/50-mine.conf",
            "home/someone/.config/containers/containers.conf.d/50-mine.conf",
            "usr/share/containers/containers.conf.d/99-last.conf", "etc/containers/containers.conf.d/README",
        ] { host.write(file, "") }
        host.makeDirectory("etc/containers/containers.conf.d/directory.conf")
        symlink("/nowhere", "\(host.path)/etc/containers/containers.conf.d/01-dangling.conf")
        #expect(
            try paths(host.user()) == [
                "home/someone/.config/containers/containers.conf",
                "usr/share/containers/containers.conf.d/00-vendor.conf",
                "home/someone/.config/containers/containers.conf.d/50-mine.conf",
                "usr/share/containers/containers.conf.d/99-last.conf",
            ])
    }

    @Test func dropInsDependOnTheUser() throws {
        for (index, directory) in [
            "usr/share/containers/containers.conf.d", "usr/share/containers/containers.rootful.conf.d",
            "usr/share/containers/containers.rootless.conf.d", "usr/share/containers/containers.rootless.conf.d/77",
            "etc/containers/containers.rootless.conf.d/78", "etc/containers/containers.rootful.conf.d",
        ].enumerated() { host.write("\(directory)/\(index).conf", "") }
        #expect(try paths(host.user(uid: 77)).map { String($0.suffix(6)) } == ["0.conf", "2.conf", "3.conf"])
        #expect(try paths(host.root()).map { String($0.suffix(6)) } == ["0.conf", "1.conf", "5.conf"])
        // The more specific directory has precedence.
        host.write("etc/containers/containers.rootless.conf.d/78/same.conf", "")
        host.write("etc/containers/containers.rootless.conf.d/same.conf", "")
        host.write("etc/containers/containers.conf.d/same.conf", "")
        #expect(try paths(host.user(uid: 78)).last == "etc/containers/containers.rootless.conf.d/78/same.conf")
        #expect(try paths(host.user(uid: 77)).last == "etc/containers/containers.rootless.conf.d/same.conf")
    }

    @Test func variablesNameFilesWhichMustExist() throws {
        host.write("etc/containers/containers.conf", "")
        host.write("etc/containers/containers.conf.d/a.conf", "")
        let named = host.write("named.conf", "")
        let last = host.write("last.conf", "")
        #expect(try paths(host.user(["CONTAINERS_CONF": named])) == ["named.conf"])
        #expect(
            try paths(host.user(["CONTAINERS_CONF": named, "CONTAINERS_CONF_OVERRIDE": last]))
                == ["named.conf", "last.conf"])
        #expect(
            try paths(host.user(["CONTAINERS_CONF_OVERRIDE": last])) == [
                "etc/containers/containers.conf", "etc/containers/containers.conf.d/a.conf", "last.conf",
            ])
        for variable in ["CONTAINERS_CONF", "CONTAINERS_CONF_OVERRIDE"] {
            let error = #expect(throws: ConfigError.self) { try paths(host.user([variable: "/no/file"])) }
            #expect(error?.code == .notFound && error?.file == "/no/file")
        }
    }

    @Test func modulesAreReadAfterTheDropIns() throws {
        host.write("etc/containers/containers.conf.modules/sub/fast.conf", "")
        host.write("usr/share/containers/containers.conf.modules/sub/fast.conf", "")
        host.write("etc/containers/containers.conf.d/z.conf", "")
        let absolute = host.write("absolute.conf", "")
        var env = host.user(["CONTAINERS_CONF_OVERRIDE": host.write("last.conf", "")])
        env.modules = ["sub/fast.conf", absolute]
        #expect(
            try paths(env) == [
                "etc/containers/containers.conf.d/z.conf", "etc/containers/containers.conf.modules/sub/fast.conf",
                "absolute.conf", "last.conf",
            ])
        env.modules = ["missing.conf"]
        #expect(throws: ConfigError.self) { try paths(env) }
    }

    @Test func flagsForRegistriesReplaceOnlyTheirPart() throws {
        host.write("etc/containers/registries.conf.d/a.conf", "[aliases]\na = 'x.io/a'\n")
        let directory = host.makeDirectory("other.d")
        host.write("other.d/b.conf", "[aliases]\nb = 'x.io/b'\n")
        let main = host.write("main.conf", "[aliases]\nm = 'x.io/m'\n")
        var env = host.user()
        env.registriesConf = main
        #expect(Set(try RegistriesConfig.load(env: env).aliases.keys) == ["m", "a"])
        env.registriesConfDirectory = directory
        #expect(Set(try RegistriesConfig.load(env: env).aliases.keys) == ["m", "b"])
        // Unlike the flag, the variable excludes the drop-ins.
        let variable = host.user(["CONTAINERS_REGISTRIES_CONF": main])
        #expect(Set(try RegistriesConfig.load(env: variable).aliases.keys) == ["m"])
        let missing = host.user(["CONTAINERS_REGISTRIES_CONF_OVERRIDE": "/no/file"])
        #expect(throws: ConfigError.self) { try RegistriesConfig.load(env: missing) }
    }

    @Test func otherFilesFollowTheSameRule() throws {
        let user = host.user()
        #expect(try SignaturePolicy.load(env: user) == nil)
        let policy = "{\"default\": [{\"type\": \"reject\"}]}"
        host.write("usr/share/containers/policy.json", policy)
        #expect(try SignaturePolicy.load(env: user)?.file.hasSuffix("usr/share/containers/policy.json") == true)
        host.write("home/someone/.config/containers/policy.json", policy)
        #expect(try SignaturePolicy.load(env: user)?.file.contains("/home/someone/") == true)
        let named = host.user(["CONTAINERS_POLICY_JSON": host.write("named.json", policy)])
        #expect(try SignaturePolicy.load(env: named)?.file.hasSuffix("named.json") == true)
        let missing = host.user(["CONTAINERS_POLICY_JSON": "/no"])
        #expect(throws: ConfigError.self) { try SignaturePolicy.load(env: missing) }
        host.write("etc/containers/registries.d/a.yaml", "docker:\n  a.io:\n    lookaside: https://etc\n")
        host.write(
            "home/someone/.config/containers/registries.d/a.yaml", "docker:\n  a.io:\n    lookaside: https://home\n")
        host.write("usr/share/containers/registries.d/b.yaml", "docker:\n  b.io:\n    lookaside: https://share\n")
        let stores = try SignatureStores.load(env: user)
        #expect(stores.lookaside(scopes: ["a.io"]) == "https://home")
        #expect(stores.lookaside(scopes: ["b.io"]) == "https://share")
    }

    @Test func fileNamesThatAreNotTextAreAnError() throws {
        let directory = host.makeDirectory("etc/containers/containers.conf.d")
        let descriptor = open(directory, O_DIRECTORY)
        defer { close(descriptor) }
        let name: [CChar] = [CChar(bitPattern: 0xFF)] + Array(".conf".utf8CString)
        close(openat(descriptor, name, O_CREAT | O_WRONLY, 0o644))
        let error = #expect(throws: ConfigError.self) { try paths(host.user()) }
        #expect(error?.file == directory)
        unlinkat(descriptor, name, 0)
    }

    @Test func defaultMountsAreThoseOfTheHighestFile() throws {
        let user = host.user()
        #expect(try DefaultMounts.load(env: user).entries.isEmpty)
        host.write(
            "usr/share/containers/mounts.conf", "# comment\n/usr/share/secrets:/run/secrets\n  /both \nrelative\n")
        let mounts = try DefaultMounts.load(env: user)
        #expect(mounts.entries.map(\.source) == ["/usr/share/secrets", "/both"])
        #expect(mounts.entries.map(\.destination) == ["/run/secrets", "/both"])
        host.write("home/someone/.config/containers/mounts.conf", "/own\n")
        #expect(try DefaultMounts.load(env: user).entries.map(\.source) == ["/own"])
        let bad = host.write("bad.conf", "/a:b\n")
        let error = #expect(throws: ConfigError.self) { try DefaultMounts.load(env: user, named: bad) }
        #expect(error?.line == 1)
        #expect(throws: ConfigError.self) { try DefaultMounts.load(env: user, named: "/no/file") }
    }
}
