import Testing

@testable import HTTPHeaders

@Suite struct WebAddressTests {
    @Test func addressesAreSplitIntoParts() throws {
        let address = try #require(WebAddress("https://user:pass@Example.com:8443/a/b?x=1#part"))
        #expect(address.isSecure)
        #expect(address.host == "example.com")
        #expect(address.port == 8443)
        #expect(address.target == "/a/b?x=1")
        #expect(address.userInformation == "user:pass")
    }

    @Test(arguments: [
        "ftp://host/x", "host/x", "https://", "http://host:0/", "http://host:70000/", "http://ho st/",
        "http://h/\r\nX: y",
        "file:///etc/passwd", "//host/x", "",
    ])
    func invalidAddressesAreRejected(_ text: String) {
        #expect(WebAddress(text) == nil)
    }

    @Test(arguments: [
        ("/v2/x/blobs/uploads/1?state=a", "https://r.example:5000/v2/x/blobs/uploads/1?state=a"),
        ("uploads/1", "https://r.example:5000/v2/x/blobs/uploads/1"),
        ("//other.example/y", "https://other.example/y"),
        ("?n=2", "https://r.example:5000/v2/x/blobs/here?n=2"),
        ("http://plain.example/z?a=b", "http://plain.example/z?a=b"),
    ])
    func referencesAreResolved(_ reference: String, _ expected: String) throws {
        let base = try #require(WebAddress("https://r.example:5000/v2/x/blobs/here"))
        #expect(base.resolving(reference)?.absolute == expected)
    }

    @Test func referencesWithOtherSchemesAreRejected() throws {
        let base = try #require(WebAddress("https://r.example/v2/"))
        #expect(base.resolving("javascript:alert") == nil)
        #expect(base.resolving("file:///etc/passwd") == nil)
    }

    @Test func addingAQueryParameterKeepsTheOthers() throws {
        let address = try #require(WebAddress("http://r/x?_state=abc%3D"))
        #expect(address.adding("digest", "sha256:00").absolute == "http://r/x?_state=abc%3D&digest=sha256:00")
        #expect(try #require(WebAddress("http://r/x")).adding("a", "b c&d").target == "/x?a=b%20c%26d")
    }

    @Test func descriptionHidesSecrets() throws {
        let address = try #require(WebAddress("https://user:pass@r/x?X-Amz-Signature=hush&n=5&_state=hidden"))
        #expect(address.description == "https://r/x?X-Amz-Signature=REDACTED&n=5&_state=REDACTED")
    }

    @Test func originsAreComparedBySchemeHostAndPort() throws {
        let address = try #require(WebAddress("https://r/x"))
        #expect(address.hasSameOrigin(as: try #require(WebAddress("https://R:443/y"))))
        for other in ["http://r/x", "https://r:444/x", "https://r.evil/x", "https://evil/r"] {
            #expect(!address.hasSameOrigin(as: try #require(WebAddress(other))))
        }
    }
}
