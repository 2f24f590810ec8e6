import ImageModel
import Testing

@testable import ContainersConfig

@Suite struct RegistriesConfigTests {
    let host = TemporaryRoot()

    private func load(_ text: String) throws -> RegistriesConfig {
        host.write("etc/containers/registries.conf", text)
        return try RegistriesConfig.load(env: host.user())
    }

    @Test func configurationIsEmptyByDefault() throws {
        let config = try RegistriesConfig.load(env: host.user())
        #expect(config.registries.isEmpty && config.unqualifiedSearch.isEmpty && config.files.isEmpty)
        #expect(config.shortNameMode == .permissive)
    }

    @Test func withoutConfigurationWellKnownImagesHaveAliases() throws {
        let config = try RegistriesConfig.load(env: host.user())
        #expect(
            try config.resolve(pulling: "swift:6.1").candidates.map(\.description) == ["docker.io/library/swift:6.1"])
        for alias in config.aliases.values { _ = try ImageReference(parsing: alias.target) }
        host.write("home/someone/.cache/containers/short-name-aliases.conf", "[aliases]\nswift = 'c.io/swift'\n")
        let own = try RegistriesConfig.load(env: host.user())
        #expect(own.aliases["swift"]?.target == "c.io/swift" && own.aliases["golang"] != nil)
        // Whoever configures registries decides.
        #expect(try load("short-name-mode = 'enforcing'\n").aliases["golang"] == nil)
    }

    @Test(arguments: [("swift:6.1", "docker.io/library/swift:6.1"), ("a/b", "docker.io/a/b")])
    func unresolvedNamesSayWhatToWrite(name: String, full: String) throws {
        let config = try load("unqualified-search-registries = []\n")
        let error = #expect(throws: ConfigError.self) { try config.resolve(pulling: name) }
        #expect(error?.description.contains(": write \(full), or another registry before the name") == true)
    }

    @Test func dropInsOverrideInByteOrder() throws {
        host.write("etc/containers/registries.conf.d/10-b.conf", "[aliases]\nfoo = 'b.io/foo'\nbar = 'b.io/bar'\n")
        host.write("etc/containers/registries.conf.d/05-a.conf", "[aliases]\nfoo = 'a.io/foo'\nbar = 'a.io/bar'\n")
        host.write("etc/containers/registries.conf.d/ignored.txt", "nonsense")
        host.write(
            "home/someone/.config/containers/registries.conf.d/u.conf",
            "unqualified-search-registries = ['u.io']\n[aliases]\nbar = ''\n")
        host.write("home/someone/.cache/containers/short-name-aliases.conf", "[aliases]\nbaz = 'c.io/baz'\n")
        let config = try load("unqualified-search-registries = ['docker.io']\n")
        #expect(config.unqualifiedSearch == ["u.io"])
        #expect(config.aliases["foo"]?.target == "b.io/foo")
        #expect(config.aliases["bar"] == nil)
        #expect(config.aliases["baz"]?.target == "c.io/baz")
    }

    @Test func usersMainFileReplacesTheSystemsButNotTheDropIns() throws {
        host.write("etc/containers/registries.conf.d/a.conf", "[aliases]\nfoo = 'a.io/foo'\n")
        host.write("home/someone/.config/containers/registries.conf", "short-name-mode = 'enforcing'\n")
        let config = try load("unqualified-search-registries = ['docker.io']\n")
        #expect(config.unqualifiedSearch.isEmpty && config.aliases["foo"]?.target == "a.io/foo")
        #expect(config.shortNameMode == .enforcing)
    }

    @Test func longestPrefixWins() throws {
        let config = try load(
            """
            [[registry]]
            location = "example.com"
            insecure = true
            [[registry]]
            prefix = "example.com/foo"
            location = "internal.net/bar"
            [[registry.mirror]]
            location = "mirror.local/foo"
            insecure = true
            [[registry.mirror]]
            location = "digests.local"
            pull-from-mirror = "digest-only"
            [[registry]]
            prefix = "*.wild.org"
            blocked = true
            """)
        #expect(config.settings(for: "example.com/food:1")?.prefix == "example.com")
        #expect(config.settings(for: "example.com/foo:1")?.prefix == "example.com/foo")
        #expect(config.settings(for: "example.community/x") == nil)
        #expect(config.settings(for: "a.b.wild.org:5000/x")?.prefix == "*.wild.org")
        #expect(config.settings(for: "wild.org/x") == nil)
        #expect(config.settings(for: "other.io/a.wild.org/x") == nil)

        let tagged = try config.pullSources(for: ImageReference(parsing: "example.com/foo/image:latest"))
        #expect(
            tagged.map(\.reference.description) == ["mirror.local/foo/image:latest", "internal.net/bar/image:latest"])
        #expect(tagged.map(\.insecure) == [true, false])
        let digest = "@sha256:" + String(repeating: "a", count: 64)
        let digested = try config.pullSources(for: ImageReference(parsing: "example.com/foo/image\(digest)"))
        #expect(digested.map(\.reference.domain) == ["mirror.local", "digests.local", "internal.net"])
        let error = #expect(throws: ConfigError.self) {
            try config.pullSources(for: ImageReference(parsing: "x.wild.org/image:1"))
        }
        #expect(error?.code == .refused)
        // Other locations only serve pulls.
        #expect(try !config.isInsecure(changing: ImageReference(parsing: "example.com/foo/image:1")))
        #expect(try config.isInsecure(changing: ImageReference(parsing: "example.com/food:1")))
        #expect(throws: ConfigError.self) {
            try config.isInsecure(changing: ImageReference(parsing: "x.wild.org/image:1"))
        }
    }

    @Test func shortNamesAreResolved() throws {
        let config = try load(
            """
            unqualified-search-registries = ["docker.io", "quay.io:443"]
            [aliases]
            "debian" = "docker.io/library/debian"
            "team/tool" = "reg.io/team/tool"
            """)
        #expect(
            try config.resolve(pulling: "debian:12").candidates.map(\.description) == ["docker.io/library/debian:12"])
        #expect(try config.resolve(pulling: "team/tool").candidates.map(\.description) == ["reg.io/team/tool:latest"])
        #expect(
            try config.resolve(pulling: "busybox").candidates.map(\.description)
                == ["docker.io/library/busybox:latest", "quay.io:443/busybox:latest"])
        #expect(try config.resolve(pulling: "localhost/x:1").candidates.map(\.description) == ["localhost/x:1"])
        #expect(
            try config.candidates(forShortName: "debian").map(\.description)
                == ["docker.io/library/debian:latest", "localhost/debian:latest", "quay.io:443/debian:latest"])
    }

    @Test func unresolvableAndAmbiguousNamesAreErrors() throws {
        let none = try load("")
        #expect(throws: ConfigError.self) { try none.resolve(pulling: "busybox") }
        let enforcing = try load("unqualified-search-registries = ['a.io', 'b.io']\nshort-name-mode = 'enforcing'\n")
        #expect(throws: ConfigError.self) { try enforcing.resolve(pulling: "busybox") }
    }

    @Test func versionOneFilesAreSupported() throws {
        let config = try load(
            "[registries.search]\nregistries=['a.io']\n[registries.insecure]\nregistries=['b.io']\n"
                + "[registries.block]\nregistries=['c.io']\n")
        #expect(config.unqualifiedSearch == ["a.io"])
        #expect(config.settings(for: "b.io/x")?.endpoint.insecure == true)
        #expect(config.settings(for: "c.io/x")?.blocked == true)
    }

    @Test func manyRegistriesAreRead() throws {
        let text = (0..<20_000).map { "[[registry]]\nlocation='r\($0).io'\n" }.joined()
        let config = try load(text + "[[registry]]\nlocation='r7.io'\nblocked=true\n")
        #expect(config.registries.count == 20_000)
        #expect(config.settings(for: "r7.io/x")?.blocked == true)
    }

    @Test(arguments: [
        "[[registry]]\nprefix='a.io'\n", "[[registry]]\nlocation='https://a.io'\n",
        "[[registry]]\nprefix='a.*.io'\nlocation='b.io'\n", "[[registry]]\nprefix='*.io/x'\n",
        "[[registry]]\nlocation='a.io'\ninsecure=true\n[[registry]]\nprefix='p.io'\nlocation='a.io'\n",
        "short-name-mode='sometimes'\n", "[aliases]\n'a.io/x'='b.io/x'\n", "unqualified-search-registries=['a.io/x']\n",
        "[registries.search]\nregistries=['a.io']\n[[registry]]\nlocation='b.io'\n",
        "unqualified-search-registries=3\n",
    ])
    func invalidValuesAreRejected(text: String) {
        #expect(throws: ConfigError.self) { try load(text) }
    }
}
