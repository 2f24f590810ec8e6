import Testing

@testable import ContainersConfig

@Suite struct SignaturePolicyTests {
    let host = TemporaryRoot()

    private func policy(_ text: String) throws -> SignaturePolicy {
        try SignaturePolicy(parsing: Array(text.utf8), file: "policy.json")
    }

    @Test func theUsersFileComesFirst() throws {
        #expect(try SignaturePolicy.load(env: host.user()) == nil)
        host.write("etc/containers/policy.json", #"{"default":[{"type":"reject"}]}"#)
        #expect(try SignaturePolicy.load(env: host.user())?.defaults == [.reject])
        host.write(
            "home/someone/.config/containers/policy.json", #"{"default":[{"type":"insecureAcceptAnything"}]}"#)
        #expect(try SignaturePolicy.load(env: host.user())?.defaults == [.insecureAcceptAnything])
        #expect(throws: ConfigError.self) { try SignaturePolicy.load(env: host.user(), path: "/no/such") }
    }

    @Test func theMostSpecificScopeDecides() throws {
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
    ])
    func anythingNotUnderstoodIsRefused(text: String) {
        #expect(throws: ConfigError.self) { try policy(text) }
    }

    @Test func requirementsKeepTheirValues() throws {
        let policy = try policy(
            """
            {"default": [{"type": "sigstoreSigned", "keyPath": "/k",
              "signedIdentity": {"type": "remapIdentity", "prefix": "a.io", "signedPrefix": "b.io"}},
              {"type": "later"}]}
            """)
        #expect(
            policy.defaults == [
                .sigstoreSigned(.paths(["/k"]), identity: .remapIdentity(prefix: "a.io", signedPrefix: "b.io")),
                .unknown(type: "later"),
            ])
    }
}
