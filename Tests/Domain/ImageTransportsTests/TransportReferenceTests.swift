import ImageModel
import Testing

@testable import ImageTransports

@Suite struct TransportReferenceTests {
    @Test(arguments: [
        ("docker://docker.io/library/x:1", TransportReference.Transport.docker, "//docker.io/library/x:1"),
        ("oci:path:tag", .oci, "path:tag"), ("oci-archive:a.tar", .ociArchive, "a.tar"), ("dir:/x", .dir, "/x"),
        ("docker-archive:a.tar:x:1", .dockerArchive, "a.tar:x:1"),
        ("containers-storage:[overlay@/r]x", .containersStorage, "[overlay@/r]x"),
        ("docker-daemon:x:1", .dockerDaemon, "x:1"),
    ])
    func transportsAreRecognised(text: String, transport: TransportReference.Transport, rest: String) throws {
        let reference = try #require(TransportReference(parsing: text))
        #expect(reference.transport == transport && reference.rest == rest && reference.description == text)
    }

    @Test(arguments: ["busybox", "busybox:latest", "localhost:5000/x", "OCI:x", ""])
    func plainNamesHaveNoTransport(text: String) {
        #expect(TransportReference(parsing: text) == nil)
    }

    @Test func errorsNameWhatIsMissing() {
        let colon = #expect(throws: TransportError.self) { try TransportReference(requiring: "busybox") }
        #expect(colon?.description == #"invalid image name "busybox", expected colon-separated transport:reference"#)
        let unknown = #expect(throws: TransportError.self) { try TransportReference(requiring: "foo:bar") }
        #expect(unknown?.description == #"invalid image name "foo:bar", unknown transport "foo""#)
    }

    @Test func layoutReferences() throws {
        let plain = try OCILayoutReference(parsing: "some/path")
        #expect(plain.path == "some/path" && plain.name == nil && plain.index == nil)
        let named = try OCILayoutReference(parsing: "p:docker.io/library/x:1.0")
        #expect(named.path == "p" && named.name == "docker.io/library/x:1.0")
        #expect(try OCILayoutReference(parsing: "p:").name == nil)
        #expect(try OCILayoutReference(parsing: "p:@3").index == 3)
        #expect(try OCILayoutReference(parsing: "/no/such/p@12").index == 12)
        #expect(try OCILayoutReference(parsing: "/no/such/p@x").path == "/no/such/p@x")
    }

    @Test(arguments: [
        "", ":x", "p:@", "p:@-1", "p:@99999999999999999999", "p:a//b", "p:-a", "p:a--", "p:a b", "p:a/", "p:ä",
    ])
    func nonsenseIsNoLayoutReference(text: String) {
        #expect(throws: TransportError.self) { try OCILayoutReference(parsing: text) }
    }

    @Test(arguments: ["a", "v1.0", "a--b", "a-b_c.d:e@f+g", "a/b/c", "sha256:abc"])
    func layoutNames(text: String) {
        #expect(OCILayoutReference.isName(text))
    }

    @Test func dockerArchiveReferences() throws {
        #expect(try DockerArchiveReference(parsing: "a.tar").image == nil)
        #expect(
            try DockerArchiveReference(parsing: "a.tar:busybox").image?.description
                == "docker.io/library/busybox:latest")
        #expect(try DockerArchiveReference(parsing: "a.tar:l.io:5000/x:1").image?.description == "l.io:5000/x:1")
        #expect(try DockerArchiveReference(parsing: "a.tar:@1").index == 1)
        let digest = String(repeating: "0", count: 64)
        for text in ["", ":x", "a.tar:@", "a.tar:@-1", "a.tar:@+1", "a.tar:UPPER", "a.tar:x@sha256:\(digest)"] {
            #expect(throws: TransportError.self) { try DockerArchiveReference(parsing: text) }
        }
    }
}
