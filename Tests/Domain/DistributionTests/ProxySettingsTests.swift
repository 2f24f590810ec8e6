import HTTPHeaders
import Testing

@testable import Distribution

@Suite struct ProxySettingsTests {
    private let settings = ProxySettings(environment: [
        "HTTPS_PROXY": "http://proxy.example:3128", "http_proxy": "plain.example:8080",
        "NO_PROXY": "internal.example,.dotted.example,10.0.0.0/8,ports.example:5000, *.star.example",
    ])

    @Test(arguments: [
        ("https://r.example/v2/", "http://proxy.example:3128"),
        ("http://r.example/v2/", "http://plain.example:8080"),
        ("https://ports.example/", "http://proxy.example:3128"),
        ("https://notinternal.example/", "http://proxy.example:3128"),
        ("https://11.0.0.1/", "http://proxy.example:3128"),
    ])
    func addressesUseTheirProxy(_ text: String, _ proxy: String) throws {
        let found = try settings.proxy(for: try #require(WebAddress(text)))
        #expect(found?.authority == WebAddress(proxy)?.authority)
    }

    @Test(arguments: [
        "https://internal.example/", "https://a.internal.example/", "https://a.dotted.example/", "https://10.1.2.3/",
        "https://ports.example:5000/", "https://a.star.example/", "http://localhost:5000/", "http://127.0.0.1/",
        "http://[::1]:5000/",
    ])
    func exceptionsUseNoProxy(_ text: String) throws {
        #expect(try settings.proxy(for: try #require(WebAddress(text))) == nil)
    }

    @Test func invalidProxyIsAnError() throws {
        let settings = ProxySettings(environment: ["https_proxy": "ftp://x"])
        #expect(throws: RegistryError.self) { try settings.proxy(for: try #require(WebAddress("https://r/"))) }
    }
}
