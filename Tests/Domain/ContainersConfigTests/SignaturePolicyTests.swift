import Testing

@testable import ContainersConfig

@Suite struct SignaturePolicyTests {
    let host = TemporaryRoot()

    private func policy(_ text: String) throws -> SignaturePolicy {
        try SignaturePolicy(parsing: Array(text.utf8), file: "policy.json")
    }

    @Test func usersFileTakesPrecedence() throws {
        #expect(try SignaturePolicy.load(env: host.user()) == nil)
        host.write("etc/containers/policy.json", #"{"default":[{"type":"reject"}]}"#)
        #expect(try SignaturePolicy.load(env: host.user())?.defaults == [.reject])
        host.write(
            "home/someone/.config/containers/policy.json", #"{"default":[{"type":"insecureAcceptAnything"}]}"#)
        #expect(try SignaturePolicy.load(env: host.user())?.defaults == [.insecureAcceptAnything])
        #expect(throws: ConfigError.self) { try SignaturePolicy.load(env: host.user(), path: "/no/such") }
    }

    @Test func environmentSelectsTheFileOrTheDirectory() throws {
        host.write("etc/containers/policy.json", #"{"default":[{"type":"reject"}]}"#)
        let accepting = #"{"default":[{"type":"insecureAcceptAnything"}]}"#
        let named = host.write("named.json", accepting)
        let policy = try SignaturePolicy.load(env: host.user(["CONTAINERS_POLICY_JSON": named]))
        #expect(policy?.file == named && policy?.defaults == [.insecureAcceptAnything])
        #expect(throws: ConfigError.self) {
            try SignaturePolicy.load(env: host.user(["CONTAINERS_POLICY_JSON": "/no/such"]))
        }
        let file = host.write("config/containers/policy.json", accepting)
        let directory = host.makeDirectory("config")
        #expect(try SignaturePolicy.load(env: host.user(["XDG_CONFIG_HOME": directory]))?.file == file)
        // A flag comes first.
        let flagged = try SignaturePolicy.load(env: host.user(["CONTAINERS_POLICY_JSON": "/no/such"]), path: named)
        #expect(flagged?.file == named)
    }

    @Test func mostSpecificScopeWins() throws {
        let policy = try policy(
            """
            {"default": [{"type": "reject"}],
             "transports": {
               "docker": {
                 "docker.io/library": [{"type": "insecureAcceptAnything"}],
                 "docker.io/library/evil:1": [{"type": "reject"}],
                 "*.example.com": [{"type": "insecureAcceptAnything"}],
                 "signed.io": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}]},
               "dir": {"": [{"type": "insecureAcceptAnything"}], "/tmp/bad": [{"type": "reject"}]}}}
            """)
        func requirement(_ name: String, _ suffix: String) -> String? {
            policy.requirements(
                transport: "docker", scopes: SignaturePolicy.registryScopes(name: name, suffix: suffix)
            ).first?.type
        }
        #expect(requirement("docker.io/library/good", ":1") == "insecureAcceptAnything")
        #expect(requirement("a.b.example.com:5000/x", ":1") == "insecureAcceptAnything")
        #expect(requirement("docker.io/library/evil", ":1") == "reject")
        #expect(requirement("docker.io/other/x", ":1") == "reject")
        #expect(requirement("example.com/x", ":1") == "reject")
        #expect(requirement("signed.io/x", ":1") == "signedBy")
        func directory(_ path: String) -> [SignaturePolicy.Requirement] {
            policy.requirements(transport: "dir", scopes: SignaturePolicy.pathScopes(path: path, name: nil))
        }
        #expect(directory("/tmp/x") == [.insecureAcceptAnything])
        #expect(directory("/tmp/bad/y") == [.reject])
        #expect(policy.requirements(transport: "oci", scopes: ["/tmp/x"]) == [.reject])
    }

    @Test(arguments: [
        "{}", #"{"default": []}"#, #"{"default": [{"type": "reject", "extra": 1}]}"#,
        #"{"default": [{"type": "reject"}], "other": 1}"#, #"{"default": [{}]}"#, "[]", "nonsense",
        #"{"default": [{"type": "signedBy", "keyType": "GPGKeys"}]}"#,
        #"{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "a", "keyData": "b"}]}"#,
        #"{"default": [{"type": "reject"}], "transports": {"docker": {"a": []}}}"#,
        #"{"default":[{"type":"sigstoreSigned","keyPath":"/k","signedIdentity":{"type":"exactReference"}}]}"#,
        #"{"default":[{"type":"sigstoreSigned"}]}"#,
        #"{"default":[{"type":"sigstoreSigned","keyPath":"/k","fulcio":{}}]}"#,
        #"{"default":[{"type":"sigstoreSigned","keyPath":"/k","rekorPublicKeyPath":"/r","rekorPublicKeyData":"YQ=="}]}"#,
        #"{"default":[{"type":"sigstoreSigned","fulcio":{"caPath":"/c","oidcIssuer":"i","subjectEmail":"e"}}]}"#,
        #"{"default":[{"type":"sigstoreSigned","rekorPublicKeyPath":"/r","fulcio":{"caPath":"/c","subjectEmail":"e"}}]}"#,
        #"{"default":[{"type":"sigstoreSigned","rekorPublicKeyPath":"/r","fulcio":{"oidcIssuer":"i","subjectEmail":"e"}}]}"#,
        #"{"default":[{"type":"sigstoreSigned","pki":{"caRootsPath":"/c"}}]}"#,
        #"{"default":[{"type":"sigstoreSigned","pki":{"caRootsPath":"/c","subjectEmail":"e","more":1}}]}"#,
        #"{"default":[{"type":"sigstoreSigned","rekorPublicKeyPath":"/r","pki":{"caRootsPath":"/c","subjectEmail":"e"}}]}"#,
        #"{"default": [{"type": "reject"}], "default": [{"type": "insecureAcceptAnything"}]}"#,
        #"{"default": [{"type": "later"}]}"#, #"{"default": [{"type": "signedBaseLayer"}]}"#,
        #"{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "a", "keyData": null}]}"#,
        #"{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": []}]}"#,
        #"{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": ["/a", 1]}]}"#,
        #"{"default":[{"type":"sigstoreSigned","keyPath":"/k","signedIdentity":{"type":"matchExact","more":1}}]}"#,
        #"{"default":[{"type":"sigstoreSigned","keyPath":"/k","signedIdentity":{"type":"matchNothing"}}]}"#,
        #"{"default":[{"type":"sigstoreSigned","keyPath":"/k","signedIdentity":{"type":"exactReference","dockerReference":"a.io/b"}}]}"#,
        #"{"default":[{"type":"sigstoreSigned","keyPath":"/k","signedIdentity":{"type":"remapIdentity","prefix":"a.io/b:c","signedPrefix":"b.io"}}]}"#,
    ])
    func unknownContentIsRejected(text: String) {
        #expect(throws: ConfigError.self) { try policy(text) }
    }

    @Test func requirementsAreParsedWithAllValues() throws {
        let policy = try policy(
            """
            {"default": [{"type": "sigstoreSigned", "keyPath": "/k",
              "signedIdentity": {"type": "remapIdentity", "prefix": "a.io", "signedPrefix": "b.io"}},
              {"type": "sigstoreSigned", "keyDatas": ["YQ==", "Yg=="]},
              {"type": "signedBy", "keyType": "GPGKeys", "keyPaths": ["/a", "/b"]},
              {"type": "signedBaseLayer", "baseLayerIdentity": {"type": "matchExact"}},
              {"type": "sigstoreSigned", "fulcio": {"caPath": "/ca", "oidcIssuer": "i", "subjectEmail": "e"},
               "rekorPublicKeyPaths": ["/r"]},
              {"type": "sigstoreSigned", "pki": {"caRootsData": "YQ==", "caIntermediatesPath": "/m",
               "subjectHostname": "h"}}]}
            """)
        #expect(
            policy.defaults == [
                .sigstoreSigned(
                    .init(.keys(.paths(["/k"]))), identity: .remapIdentity(prefix: "a.io", signedPrefix: "b.io")),
                .sigstoreSigned(.init(.keys(.data(["YQ==", "Yg=="]))), identity: .matchRepoDigestOrExact),
                .signedBy(.paths(["/a", "/b"]), identity: .matchRepoDigestOrExact), .signedBaseLayer,
                .sigstoreSigned(
                    .init(
                        .fulcio(authorities: .paths(["/ca"]), issuer: "i", email: "e"), logs: .paths(["/r"])),
                    identity: .matchRepoDigestOrExact),
                .sigstoreSigned(
                    .init(
                        .pki(roots: .data(["YQ=="]), intermediates: .paths(["/m"]), email: nil, host: "h")),
                    identity: .matchRepoDigestOrExact),
            ])
    }

    @Test(arguments: [
        ("dir", "/a/b", true), ("dir", "a", false), ("dir", "/", false), ("dir", "/a/../b", false),
        ("oci", "/a:tag", true), ("oci", "a:tag", false), ("oci-archive", "/a/b.tar", true),
        ("docker-archive", "/a", false), ("tarball", "/a", false), ("docker", "example.com/a", true),
        ("docker-daemon", "example.com/a:1", true), ("later-transport", "what ever", true),
        ("containers-storage", "[overlay@/a]", true), ("containers-storage", "[/a]", true),
        ("containers-storage", "[/a]example.com/b:1", true), ("containers-storage", "/a", false),
        ("containers-storage", "[a]", false), ("containers-storage", "[overlay@/a]b@c", false),
    ])
    func impossibleScopesAreRejected(transport: String, scope: String, isValid: Bool) {
        let text = #"{"default":[{"type":"reject"}],"transports":{"\#(transport)":{"\#(scope)":[{"type":"reject"}]}}}"#
        #expect(((try? policy(text)) != nil) == isValid)
    }

    @Test func scopesOfAStoredImageGoFromItsIdToTheStore() {
        let scopes = SignaturePolicy.storeScopes(
            driver: "overlay", graphRoot: "/g", name: "example.com/a/b", suffix: ":1", id: "f00")
        #expect(
            scopes == [
                "[overlay@/g]example.com/a/b:1@f00", "[overlay@/g]example.com/a/b:1", "[overlay@/g]example.com/a/b",
                "[overlay@/g]example.com/a", "[overlay@/g]example.com", "[overlay@/g]", "[/g]",
            ])
        let nameless = SignaturePolicy.storeScopes(driver: "vfs", graphRoot: "/g", name: nil, suffix: "", id: "f00")
        #expect(nameless == ["[vfs@/g]@f00", "[vfs@/g]", "[/g]"])
    }
}
