import ContainersConfig
import ContentDigest
import ImageModel
import ImageTransports
import StreamCompression
import Testing

@testable import Distribution

/// Credentials go to the registry that they are for, and to nobody else.
@Suite struct CredentialOriginTests {
    /// A server that demands credentials of everybody and would take them.
    private func thief(_ challenge: String) throws -> ScriptedServer {
        try ScriptedServer { request, port in
            if request.target.hasPrefix("/token") { return response("200 OK", body: #"{"token": "t"}"#) }
            let realm = "http://127.0.0.1:\(port)/token"
            return response("401 Unauthorized", ["WWW-Authenticate: \(challenge.replacing("REALM", with: realm))"])
        }
    }

    private func expectNothingStolen(_ thief: ScriptedServer, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(!thief.requests.isEmpty, sourceLocation: sourceLocation)
        for request in thief.requests {
            #expect(request.field("Authorization") == nil, sourceLocation: sourceLocation)
            #expect(!request.target.hasPrefix("/token"), sourceLocation: sourceLocation)
            #expect(!"\(request)".contains("secret"), sourceLocation: sourceLocation)
        }
    }

    private static let challenges = [
        #"Basic realm="x""#, #"Bearer realm="REALM",service="s""#, #"Negotiate, Bearer realm="REALM""#,
        #"Bearer realm="REALM", error="insufficient_scope""#,
    ]

    @Test(arguments: challenges, [301, 302, 303, 307, 308])
    func redirectTargetGetsNoCredentials(_ challenge: String, _ status: Int) throws {
        let thief = try thief(challenge)
        defer { thief.stop() }
        let target = "Location: http://\(thief.host)/elsewhere"
        let registry = try registry { _ in response("\(status) Moved", [target]) }
        defer { registry.stop() }
        let client = client(registry)
        let error = #expect(throws: RegistryError.self) { try client.manifest("latest", in: "a/b") }
        #expect(error?.code == .unauthorized)
        #expect(error?.message.contains("http://\(thief.host)/elsewhere") == true)
        #expect(throws: RegistryError.self) {
            try client.openBlob(Descriptor(mediaType: .ociLayer, describing: [1]), in: "a/b")
        }
        expectNothingStolen(thief)
        // The registry itself is still asked with them.
        #expect(registry.requests.last?.field("Authorization") == basicSecret)
    }

    @Test(arguments: challenges, [1 << 10, 2 << 20])
    func uploadLocationOnAnotherServerGetsNoCredentials(_ challenge: String, _ size: Int) throws {
        let thief = try thief(challenge)
        defer { thief.stop() }
        let target = "Location: http://\(thief.host)/upload?state=1"
        let registry = try registry { _ in response("202 Accepted", [target]) }
        defer { registry.stop() }
        let bytes = [UInt8](repeating: 7, count: size)
        let blob = Descriptor(mediaType: .ociLayer, describing: bytes)
        #expect(throws: RegistryError.self) {
            try client(registry).putBlob(BlobOffer(once: MemorySource(bytes), expected: blob), in: "a/b")
        }
        expectNothingStolen(thief)
    }

    @Test func redirectTargetOfARealmGetsNoCredentials() throws {
        let other = try ScriptedServer { _, _ in response("200 OK", body: #"{"token": "t"}"#) }
        defer { other.stop() }
        let target = "Location: http://\(other.host)/token"
        let registry = try ScriptedServer { request, port in
            if request.target.hasPrefix("/realm") { return response("307 Moved", [target]) }
            guard request.field("Authorization") == "Bearer t" else {
                let realm = "http://127.0.0.1:\(port)/realm"
                return response("401 Unauthorized", ["WWW-Authenticate: Bearer realm=\"\(realm)\""])
            }
            return response("200 OK", body: #"{"tags": ["v1"]}"#)
        }
        defer { registry.stop() }
        #expect(try client(registry).tags(of: "a/b") == ["v1"])
        #expect(registry.requests.contains { $0.field("Authorization") == basicSecret })
        #expect(other.requests.map { $0.field("Authorization") } == [nil])
        let refresh = RegistryCredentials.identityToken(user: "", token: "refresh-secret")
        #expect(throws: RegistryError.self) { try client(registry, credentials: refresh).tags(of: "a/b") }
        #expect(other.requests.count == 1, "a refresh token is not sent on")
    }

    @Test func serverSending407GetsNoProxyCredentials() throws {
        let registry = try registry { _ in
            response("407 Proxy Authentication Required", ["Proxy-Authenticate: Basic realm=\"x\""])
        }
        defer { registry.stop() }
        let error = #expect(throws: RegistryError.self) { try client(registry).tags(of: "a/b") }
        #expect(error?.message.contains("unexpected HTTP status 407") == true)
        #expect(!registry.requests.contains { $0.field("Proxy-Authorization") != nil })
    }

    @Test func flagCredentialsAreOnlyForTheSpecifiedRegistry() throws {
        var options = RegistryOptions(
            environment: ConfigEnvironment(uid: 1, home: "/nowhere", environment: [:], systemRoot: "/nowhere"))
        options.credentials = secret
        let access = RegistryAccess(options)
        let image = try ImageReference(parsing: "registry.example/a/b:v1")
        for (place, given) in [
            ("registry.example/a/b", secret), ("registry.example/other", secret), ("mirror.example/a/b", nil),
            ("registry.example:5000/a/b", nil),
        ] {
            let client = try access.client(
                for: try ImageReference(parsing: place), standingInFor: image, insecure: false)
            #expect(client.credentials == given, "\(place)")
        }
        // The same repository, as itself.
        let mirror = try ImageReference(parsing: "mirror.example/a/b")
        #expect(try access.client(for: mirror, standingInFor: mirror, insecure: false).credentials == secret)
    }

    @Test func nextPageOnAnotherServerGetsNoCredentials() throws {
        let other = try ScriptedServer { request, _ in
            let link = request.target.contains("last") ? [] : ["Link: </list?last=1>; rel=\"next\""]
            return response("200 OK", link, body: #"{"tags": ["v\#(link.count)"]}"#)
        }
        defer { other.stop() }
        let target = "Location: http://\(other.host)/list"
        let registry = try registry { _ in response("307 Moved", [target]) }
        defer { registry.stop() }
        #expect(try client(registry).tags(of: "a/b") == ["v1", "v0"])
        #expect(other.requests.count == 2)
        for request in other.requests { #expect(request.field("Authorization") == nil) }
    }
}
