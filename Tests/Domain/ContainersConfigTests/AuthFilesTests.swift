import Testing

@testable import ContainersConfig

@Suite struct AuthFilesTests {
    let host = TemporaryRoot()
    /// `user:secret`
    let auth = "dXNlcjpzZWNyZXQ="
    let known = RegistryCredentials.password(user: "user", password: "secret")

    @Test func filesAreSearchedInOrder() throws {
        let runtime = host.makeDirectory("runtime")
        host.write("runtime/containers/auth.json", #"{"auths":{"a.io":{"auth":"\#(auth)"}}}"#)
        host.write("home/someone/.docker/config.json", #"{"auths":{"b.io":{"auth":"\#(auth)"},"a.io":{}}}"#)
        let files = try AuthFiles.load(env: host.user(["XDG_RUNTIME_DIR": runtime]))
        #expect(files.files.count == 2)
        #expect(try files.credentials(for: "a.io/x") == known)
        #expect(try files.credentials(for: "b.io") == known)
        #expect(try files.credentials(for: "c.io") == nil)
    }

    @Test func specifiedFileIsTheOnlyOneRead() throws {
        host.write("home/someone/.docker/config.json", #"{"auths":{"b.io":{"auth":"\#(auth)"}}}"#)
        let named = host.write("named.json", #"{"auths":{}}"#)
        #expect(try AuthFiles.load(env: host.user(["REGISTRY_AUTH_FILE": named])).credentials(for: "b.io") == nil)
        #expect(throws: ConfigError.self) { try AuthFiles.load(env: host.user(), path: "/no/such/auth.json") }
    }

    @Test func longestKeyWinsAndHelpersTakePrecedence() throws {
        let file = try AuthFile(
            parsing: Array(
                """
                {"auths": {"r.io/ns/repo": {"auth": "\(auth)"}, "r.io": {"auth": "eDp5"},
                           "https://index.docker.io/v1/": {"auth": "\(auth)"},
                           "t.io": {"auth": "dTo=", "identitytoken": "tok"}, "bad.io": {"auth": "&"}},
                 "credHelpers": {"h.io": "pass"}}
                """.utf8), file: "auth.json", isLegacy: false)
        #expect(try file.credentials(for: "r.io/ns/repo") == known)
        #expect(try file.credentials(for: "r.io/ns/other") == .password(user: "x", password: "y"))
        #expect(try file.credentials(for: "docker.io/library/x") == known)
        #expect(try file.credentials(for: "t.io") == .identityToken(user: "u", token: "tok"))
        #expect(try file.credentials(for: "h.io/x") == .helper(name: "pass", registry: "h.io"))
        let error = #expect(throws: ConfigError.self) { try file.credentials(for: "bad.io") }
        #expect(error?.description == "auth.json: the entry for bad.io is not base64")
    }

    @Test(arguments: ["", "\n", "  \t\n "]) func emptyFilesHaveNoCredentials(_ text: String) throws {
        host.write("home/someone/.docker/config.json", text)
        #expect(try AuthFiles.load(env: host.user()).credentials(for: "a.io") == nil)
    }

    @Test func userAndPasswordMayBeSeparate() throws {
        let file = try AuthFile(
            parsing: Array(
                #"{"auths":{"a.io":{"username":"user","password":"secret"},"b.io":{"username":"user"}}}"#.utf8),
            file: "config.json", isLegacy: false)
        #expect(try file.credentials(for: "a.io") == known)
        #expect(try file.credentials(for: "b.io") == nil)
    }

    @Test func invalidFilesAreErrors() throws {
        let file = host.write("broken.json", "{")
        let error = #expect(throws: ConfigError.self) { try AuthFiles.load(env: host.user(), path: file) }
        #expect(error?.code == .syntax && error?.file == file)
    }
}
