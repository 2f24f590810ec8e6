import Testing

@testable import ContainersConfig

/// The files that the distribution installs on this machine, whatever they say.
@Suite struct HostFilesTests {
    let env = ConfigEnvironment(uid: 0, home: "/nonexistent", environment: [:])

    @Test(.enabled(if: ConfigFiles.exists("/etc/containers/registries.conf.d/shortnames.conf")))
    func distributionsShortNamesAreRead() throws {
        let config = try RegistriesConfig.load(env: env)
        #expect(config.aliases["debian"]?.target == "docker.io/library/debian")
        for alias in config.aliases.keys { #expect(try config.resolve(pulling: alias).candidates.count == 1) }
    }

    @Test(.enabled(if: ConfigFiles.exists("/usr/share/containers/containers.conf")))
    func distributionsContainersConfIsRead() throws {
        #expect(try ContainersConf.load(env: env).containers.defaultCapabilities.contains("CHOWN"))
    }

    @Test(.enabled(if: ConfigFiles.exists("/etc/containers/policy.json")))
    func distributionsPolicyIsRead() throws {
        #expect(try SignaturePolicy.load(env: env)?.defaults.isEmpty == false)
    }
}
