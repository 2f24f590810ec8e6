import ContainersConfig
import ContentDigest
import Glibc
import ImageModel
import ImageTransports
import LinuxSystem
import StreamCompression
import Synchronization
import Testing

@testable import Distribution

/// Registries that answer in ways which are allowed, or at least occur.
@Suite struct RegistryQuirkTests {
    private static let manifest =
        #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#

    @Test(arguments: [
        #"Basic realm="r", Bearer realm="REALM",service="s""#, #"Bearer realm="REALM", Basic realm="r""#,
        #"Negotiate, Basic realm="r", Bearer realm="REALM""#, #"Bearer realm="nowhere", Basic realm="r""#,
    ])
    func tokensArePreferredToPasswords(_ challenge: String) throws {
        let server = try ScriptedServer { request, port in
            if request.target.hasPrefix("/token") { return response("200 OK", body: #"{"token": "t"}"#) }
            let given = request.field("Authorization")
            let wanted = challenge.contains("REALM") ? "Bearer t" : basicSecret
            guard given == wanted else {
                let text = challenge.replacing("REALM", with: "http://127.0.0.1:\(port)/token")
                return response("401 Unauthorized", ["WWW-Authenticate: \(text)"])
            }
            return response("200 OK", body: Self.manifest)
        }
        defer { server.stop() }
        #expect(try client(server).manifest("1", in: "a").isIndex)
    }

    @Test func aRejectedTokenIsReplacedByANewOne() throws {
        let issued = Mutex(0)
        let server = try ScriptedServer { request, port in
            if request.target.hasPrefix("/token") {
                let number = issued.withLock { number in
                    number += 1
                    return number
                }
                return response("200 OK", body: #"{"token": "t\#(number)", "expires_in": 3600}"#)
            }
            // Each token is good for one request.
            let last = issued.withLock { "Bearer t\($0)" }
            let challenge = #"WWW-Authenticate: Bearer realm="http://127.0.0.1:\#(port)/token""#
            guard request.field("Authorization") == last, request.target != "/v2/" else {
                return response("401 Unauthorized", [challenge])
            }
            defer { issued.withLock { $0 += 1 } }
            return response("200 OK", body: Self.manifest)
        }
        defer { server.stop() }
        let client = client(server)
        for tag in ["1", "2", "3"] { #expect(try client.manifest(tag, in: "a").isIndex) }
        // Another thread has dropped the token in the meantime.
        #expect(client.renewAuthorization([.pull("a")], [], rejected: "Bearer t"))
        #expect(!client.renewAuthorization([.pull("a")], [], rejected: "Basic x"))
    }

    @Test func aGivenTokenIsUsedAsItIs() throws {
        let server = try ScriptedServer { request, _ in
            guard request.field("Authorization") == "Bearer given" else {
                return response("401 Unauthorized", [#"WWW-Authenticate: Bearer realm="http://127.0.0.1:1/token""#])
            }
            return response("200 OK", body: Self.manifest)
        }
        defer { server.stop() }
        func client(_ token: String) -> RegistryClient {
            RegistryClient(
                host: server.host, isInsecure: true, transport: HTTPTransport(), tls: TLSSettings(isVerified: false),
                credentials: nil, retry: RetryPolicy(retries: 0), token: token)
        }
        #expect(try client("given").manifest("1", in: "a").isIndex)
        let error = #expect(throws: RegistryError.self) { try client("other").manifest("1", in: "a") }
        #expect(error?.code == .unauthorized)
    }

    @Test(arguments: [405, 501, 404]) func unimplementedQuestionsAreNoErrors(_ status: Int) throws {
        let server = try ScriptedServer { request, _ in
            if request.verb == "HEAD" { return response("\(status) No") }
            return response("200 OK", body: request.target == "/v2/" ? "" : Self.manifest)
        }
        defer { server.stop() }
        let client = client(server, credentials: nil)
        #expect(try client.blobSize(Digest.sha256(of: "x"), in: "a") == nil)
        #expect(try (client.manifestDescriptor("1", in: "a") == nil) == (status == 404))
    }

    @Test(arguments: [
        (#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#, true), ("", true), ("404 page not found", true),
        (#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#, false),
    ])
    func missingImagesAreDistinguished(_ body: String, _ isMissing: Bool) throws {
        let server = try ScriptedServer { request, _ in
            request.target == "/v2/" ? response("200 OK") : response("404 Not Found", body: body)
        }
        defer { server.stop() }
        let error = #expect(throws: RegistryError.self) {
            try client(server, credentials: nil).manifest("1", in: "a")
        }
        #expect(error?.code == .notFound && error?.isManifestUnknown == isMissing)
    }

    @Test func warningsArePassedOnOnce() throws {
        let server = try ScriptedServer { request, _ in
            let fields = [#"Warning: 299 - "token expires""#, #"Warning: 299 - "for \#(request.verb)""#]
            return response("200 OK", fields, body: request.target == "/v2/" ? "" : Self.manifest)
        }
        defer { server.stop() }
        let heard = Mutex<[String]>([])
        let client = RegistryClient(
            host: server.host, isInsecure: true, transport: HTTPTransport(), tls: TLSSettings(isVerified: false),
            credentials: nil, retry: RetryPolicy(retries: 0), warn: { text in heard.withLock { $0.append(text) } })
        for tag in ["1", "2"] { _ = try client.manifest(tag, in: "a") }
        let prefix = "registry \(server.host): "
        #expect(heard.withLock { $0 } == ["\(prefix)token expires", "\(prefix)for GET"])
    }
}

@Suite struct BlobPlacesTests {
    @Test func latestRepositoriesOfARegistryComeFirst() throws {
        var template = Array("/tmp/blob-places-XXXXXX".utf8CString)
        let path = String(cString: mkdtemp(&template))
        defer { try? Files.removeTree(path) }
        let places = BlobPlaces(in: "\(path)/new/directory")
        let (one, two) = (Digest.sha256(of: "1"), Digest.sha256(of: "2"))
        #expect(places.repositories(with: one, on: "r.io").isEmpty)
        places.record([one, two], in: "r.io/a")
        places.record([one], in: "r.io:5000/b")
        places.record([one], in: "r.io/c")
        places.record([one], in: "r.io/a")
        #expect(places.repositories(with: one, on: "r.io") == ["a", "c"])
        #expect(places.repositories(with: one, on: "r.io:5000") == ["b"])
        #expect(places.repositories(with: two, on: "r.io") == ["a"])
        for number in 0..<20 { places.record([one], in: "r.io/n\(number)") }
        #expect(places.repositories(with: one, on: "r.io").count == 6)
    }
}
