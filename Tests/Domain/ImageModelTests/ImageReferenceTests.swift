import ContentDigest
import Testing

@testable import ImageModel

@Suite struct ImageReferenceTests {
    private static let digest = "sha256:" + String(repeating: "0123456789abcdef", count: 4)
    private static let identifier = String(repeating: "1a3f5e7d", count: 8)

    struct Case: Sendable {
        let text: String
        let domain: String
        let path: String
        var tag: String?
        var digest: String?
    }

    @Test(arguments: [
        Case(text: "alpine", domain: "docker.io", path: "library/alpine"),
        Case(text: "alpine:3.20", domain: "docker.io", path: "library/alpine", tag: "3.20"),
        Case(text: "alpine@\(digest)", domain: "docker.io", path: "library/alpine", digest: digest),
        Case(text: "a/b:t@\(digest)", domain: "docker.io", path: "a/b", tag: "t", digest: digest),
        Case(text: "docker.io/alpine", domain: "docker.io", path: "library/alpine"),
        Case(text: "index.docker.io/alpine", domain: "docker.io", path: "library/alpine"),
        Case(text: "index.docker.io/a/b", domain: "docker.io", path: "a/b"),
        Case(text: "library/alpine", domain: "docker.io", path: "library/alpine"),
        Case(text: "library/foo/bar", domain: "docker.io", path: "library/foo/bar"),
        Case(text: "localhost", domain: "docker.io", path: "library/localhost"),
        Case(text: "localhost/x", domain: "localhost", path: "x"),
        Case(text: "localhost/a/b/c:1", domain: "localhost", path: "a/b/c", tag: "1"),
        Case(text: "localhost:5000", domain: "docker.io", path: "library/localhost", tag: "5000"),
        Case(text: "localhost:5000/x:y", domain: "localhost:5000", path: "x", tag: "y"),
        Case(text: "test_com/foo", domain: "docker.io", path: "test_com/foo"),
        Case(text: "test-com:8080/foo", domain: "test-com:8080", path: "foo"),
        Case(text: "xn--n3h.com:18080/foo", domain: "xn--n3h.com:18080", path: "foo"),
        Case(text: "192.168.0.1", domain: "docker.io", path: "library/192.168.0.1"),
        Case(text: "192.168.0.1:80", domain: "docker.io", path: "library/192.168.0.1", tag: "80"),
        Case(text: "[fc00::1]:5000/docker", domain: "[fc00::1]:5000", path: "docker"),
        Case(text: "[::1]/docker", domain: "[::1]", path: "docker"),
        Case(text: "Foo/bar", domain: "Foo", path: "bar"),
        Case(text: "FOO.example/bar", domain: "FOO.example", path: "bar"),
        Case(
            text: "b.gcr.io/test.example.com/my-app:test.example.com", domain: "b.gcr.io",
            path: "test.example.com/my-app", tag: "test.example.com"),
        Case(text: "foo/foo_bar.com:8080", domain: "docker.io", path: "foo/foo_bar.com", tag: "8080"),
        Case(text: "docker---rules/dock__er", domain: "docker.io", path: "docker---rules/dock__er"),
        Case(text: "q.io/a.b_c__d-e--f/0", domain: "q.io", path: "a.b_c__d-e--f/0"),
        Case(text: "x:_.-A", domain: "docker.io", path: "library/x", tag: "_.-A"),
        Case(text: "docker.io/\(identifier)", domain: "docker.io", path: "library/\(identifier)"),
        Case(text: "sha256:\(identifier)", domain: "docker.io", path: "library/sha256", tag: identifier),
    ])
    func parsesAndNormalises(_ expected: Case) throws {
        let reference = try ImageReference(parsing: expected.text)
        #expect(reference.domain == expected.domain)
        #expect(reference.path == expected.path)
        #expect(reference.tag == expected.tag)
        #expect(reference.digest?.description == expected.digest)
        #expect(try ImageReference(parsing: reference.description) == reference)
        #expect(try ImageReference(parsing: reference.familiar) == reference)
    }

    @Test(
        arguments: [
            ("", .empty), (identifier, .identifier), ("docker/Docker", .upperCase),
            ("docker.io/docker/Docker", .upperCase),
            ("Alpine", .upperCase), ("https://github.com/docker/docker", .invalidFormat), ("-docker", .invalidFormat),
            ("-docker/docker", .invalidFormat), ("-docker.io/docker/docker", .invalidFormat),
            ("docker-/docker", .invalidFormat), ("docker///docker", .invalidFormat), ("docker/", .invalidFormat),
            ("docker.io/", .invalidFormat), ("/docker", .invalidFormat), ("____/____", .invalidFormat),
            ("_docker/_docker", .invalidFormat), ("dock..er/docker", .invalidFormat),
            ("dock_.er/docker", .invalidFormat),
            ("dock-.er/docker", .invalidFormat), ("dock___er", .invalidFormat), ("[fc00::1]", .invalidFormat),
            ("[fc00::1]:5000", .invalidFormat), ("fc00::1:5000/debian", .invalidFormat),
            ("[fe80::1%eth0]:5000/debian", .invalidFormat), ("[2001:db8:3:4::192.0.2.33]:5000/debian", .invalidFormat),
            ("[]/x", .invalidFormat), ("foo_bar.com/x", .invalidFormat), ("a.-b.com/x", .invalidFormat),
            ("a..com/x", .invalidFormat), ("host:/x", .invalidFormat), ("host:port/x", .invalidFormat),
            (":justtag", .invalidFormat), ("@\(digest)", .invalidFormat), ("x:", .invalidFormat),
            ("x:-t", .invalidFormat),
            ("x:.t", .invalidFormat), ("x:a/b", .invalidFormat), ("x:t:u", .invalidFormat), ("x y", .invalidFormat),
            ("x\n", .invalidFormat), ("é", .invalidFormat), ("x@", .invalidDigest), ("x@sha256:ab", .invalidDigest),
            ("x@md5:0123456789abcdef0123456789abcdef", .invalidDigest), ("x@\(digest)@\(digest)", .invalidDigest),
            ("x@\(digest):t", .invalidDigest), ("x@\(digest.uppercased())", .invalidDigest),
            ("x:" + String(repeating: "t", count: 129), .invalidFormat),
            ("a.io/" + String(repeating: "p", count: 256), .tooLong),
            ("x/" + String(repeating: "p", count: 254), .tooLong),
        ] as [(String, ReferenceError.Kind)])
    func refusesWhatTheGrammarDoesNotKnow(text: String, kind: ReferenceError.Kind) {
        let error = #expect(throws: ReferenceError.self) { try ImageReference(parsing: text) }
        #expect(error?.kind == kind, "\(text)")
    }

    @Test func acceptsMaximumLengthNamesAndTags() throws {
        let path = String(repeating: "p", count: 255)
        #expect(try ImageReference(parsing: "a.io/\(path)").path == path)
        let tag = String(repeating: "t", count: 128)
        #expect(try ImageReference(parsing: "x:\(tag)").tag == tag)
    }

    @Test(arguments: [
        ("docker.io/library/alpine:1", "alpine:1"), ("docker.io/a/b", "a/b"),
        ("docker.io/library/foo/bar", "library/foo/bar"), ("quay.io/library/x", "quay.io/library/x"),
        ("localhost/x@\(digest)", "localhost/x@\(digest)"), ("docker.io/a.b/c", "docker.io/a.b/c"),
        ("docker.io/localhost/x", "docker.io/localhost/x"),
        ("docker.io/library/\(identifier)", "library/\(identifier)"),
    ])
    func familiarIsShort(full: String, familiar: String) throws {
        #expect(try ImageReference(parsing: full).familiar == familiar)
    }

    @Test func addsTheDefaultTagOnlyToPlainNames() throws {
        #expect(try ImageReference(parsing: "x").withDefaultTag().description == "docker.io/library/x:latest")
        #expect(try ImageReference(parsing: "x:1").withDefaultTag().tag == "1")
        #expect(try ImageReference(parsing: "x@\(Self.digest)").withDefaultTag().tag == nil)
    }

    @Test func partsAreValidated() throws {
        let reference = try ImageReference(parsing: "q.io/x:1")
        let digest = try Digest(parsing: Self.digest)
        #expect(try reference.withTag("2").withDigest(digest).description == "q.io/x:2@\(digest)")
        #expect(reference.withDigest(digest).withoutTag().description == "q.io/x@\(digest)")
        #expect(reference.withDigest(digest).repository.description == "q.io/x")
        #expect(throws: ReferenceError.self) { try reference.withTag("no tag") }
        #expect(throws: ReferenceError.self) { try ImageReference(domain: "q io", path: "x") }
        #expect(throws: ReferenceError.self) { try ImageReference(domain: "q.io", path: "../x") }
    }

    @Test(arguments: [
        ("alpine", true), ("a/b", true), ("a/b/c:1", true), ("alpine@\(digest)", true), ("localhost", true),
        ("localhost/x", false), ("q.io/x", false), ("h:5000/x", false), ("docker.io/x", false), ("Up/x", true),
        ("Up", false), ("", false), ("a b", false),
    ])
    func tellsShortNames(text: String, isShort: Bool) {
        #expect(ImageReference.isShortName(text) == isShort)
    }

    @Test func qualifiesShortNames() throws {
        #expect(try ImageReference(shortName: "x:1", registry: "quay.io").description == "quay.io/x:1")
        #expect(try ImageReference(shortName: "x", registry: "docker.io").description == "docker.io/library/x")
        #expect(try ImageReference(shortName: "a/x", registry: "r.io/ns").description == "r.io/ns/a/x")
        #expect(throws: ReferenceError.self) { try ImageReference(shortName: "q.io/x", registry: "r.io") }
    }
}
