import HTTPHeaders
import Testing

@testable import Distribution

/// Addresses in debug records.
@Suite struct RequestRecordTests {
    @Test(arguments: [
        ("https://u:p@a.example/v2/", "https://a.example/v2/"),
        (
            "https://a.example/token?service=a&scope=repository:x:pull",
            "https://a.example/token?service=a&scope=repository:x:pull"
        ),
        ("https://s3.example/b?X-Amz-Signature=abc&n=5", "https://s3.example/b?X-Amz-Signature=REDACTED&n=5"),
        ("https://a.example/u?_state=secret&digest=sha256:1", "https://a.example/u?_state=REDACTED&digest=sha256:1"),
        ("https://a.example/u?flag&x=", "https://a.example/u?flag&x=REDACTED"),
    ])
    func secretsAreHidden(_ text: String, _ expected: String) throws {
        let address = try #require(WebAddress(text))
        #expect("\(address)" == expected)
    }
}
