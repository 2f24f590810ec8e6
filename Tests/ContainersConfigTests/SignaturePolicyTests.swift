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
        func check(_ name: String, _ suffix: String) throws {
            try policy.check(
                transport: "docker", scopes: SignaturePolicy.registryScopes(name: name, suffix: suffix),
                image: name + suffix)
        }
        try check("docker.io/library/good", ":1")
        try check("a.b.example.com:5000/x", ":1")
        #expect(throws: ConfigError.self) { try check("docker.io/library/evil", ":1") }
        #expect(throws: ConfigError.self) { try check("docker.io/other/x", ":1") }
        #expect(throws: ConfigError.self) { try check("example.com/x", ":1") }
        let signed = #expect(throws: ConfigError.self) { try check("signed.io/x", ":1") }
        #expect(signed?.message.contains("signedBy") == true && signed?.code == .refused)
        try policy.check(
            transport: "dir", scopes: SignaturePolicy.pathScopes(path: "/tmp/x", name: nil), image: "dir:/tmp/x")
        #expect(throws: ConfigError.self) {
            try policy.check(
                transport: "dir", scopes: SignaturePolicy.pathScopes(path: "/tmp/bad/y", name: nil),
                image: "dir:/tmp/bad/y")
        }
        #expect(throws: ConfigError.self) {
            try policy.check(transport: "oci", scopes: ["/tmp/x"], image: "oci:/tmp/x")
        }
    }

    @Test func allRequirementsMustHold() throws {
        let policy = try policy(#"{"default": [{"type": "insecureAcceptAnything"}, {"type": "reject"}]}"#)
        #expect(throws: ConfigError.self) { try policy.check(transport: "oci", scopes: [], image: "x") }
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
