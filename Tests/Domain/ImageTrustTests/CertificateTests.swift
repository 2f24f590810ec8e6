import JSONText
import Testing

@testable import ImageTrust

@Suite struct CertificateTests {
    /// Issued by `middle` for ten minutes, to signer@example.com and *.example.com.
    private static let leaf = """
        MIIByTCCAW+gAwIBAgIICOz2tLeHr+MwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGbWlkZGxlMB4XDTI2MTEzMDIzMjgyN1oXDTI2
        MTEzMDIzMzgyN1owADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAKCCqI7FjFIpdwMtVUHBFLllwzIslE+U/2MLbICwFeRVMfF
        qA6cRjsbaqYhFifasWr2mDcCtLwdPTjAmLf7crCjgcEwgb4wDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMDMC8G
        A1UdEQEB/wQlMCOBEnNpZ25lckBleGFtcGxlLmNvbYINKi5leGFtcGxlLmNvbTAmBgorBgEEAYO/MAEIBBgMFmh0dHBzOi8vaXNz
        dWVyLmV4YW1wbGUwHQYDVR0OBBYEFFf6AaPSsYX4pDmd8xXove1rtY0vMB8GA1UdIwQYMBaAFFuFe5HZee0eeSRlWY7hhOZZceP+
        MAoGCCqGSM49BAMCA0gAMEUCIBxPwUQ6unWbTRKHY1zYqWESR2jO3fxcoayQW0fsrOXFAiEAnjLgL8wfbzh5bbL87+A+r2GDPkAU
        Aqh+qUkAu2MURXA=
        """
    private static let middle = """
        MIIBkDCCATagAwIBAgIICOz2tKpOgpcwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEcm9vdDAgFw03MDAxMDEwMDAwMDBaGA8yMDk5
        MTIzMTIzNTk1OVowETEPMA0GA1UEAwwGbWlkZGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkGK311mqeLBU0tB09BFLKblq
        y1OfsaQgkYFeCtgXfsR611Cjl6F1x4O0ibiojVylIpfOqmiZHwQ7I26GUK4MoaN4MHYwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8B
        Af8EBAMCAQYwEwYDVR0lBAwwCgYIKwYBBQUHAwMwHQYDVR0OBBYEFFuFe5HZee0eeSRlWY7hhOZZceP+MB8GA1UdIwQYMBaAFFqB
        cDuSQokDygcTOd8g5JjfY+duMAoGCCqGSM49BAMCA0gAMEUCIQDMZVlf2dciv4M1ysnM/QnWpuA41NJgGoNPTz5WcxCZLgIgZKoa
        3jkXdzckKbaZgjnkD/zTFqfHymF6zETWyxf8zuE=
        """
    private static let root = """
        MIIBVjCB/qADAgECAggI7Pa0qQBnAzAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARyb290MCAXDTcwMDEwMTAwMDAwMFoYDzIwOTkx
        MjMxMjM1OTU5WjAPMQ0wCwYDVQQDDARyb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEIlQAfUZ7nMfYR7I/z3UoUPiLLCU4
        OT6qBIYe1AxBfCZ7iXM/QW5j+V4lZBteJSrEoqkbSe561dJ2cFWh27UvNqNCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8E
        BAMCAQYwHQYDVR0OBBYEFFqBcDuSQokDygcTOd8g5JjfY+duMAoGCCqGSM49BAMCA0cAMEQCIE/6fTUbeG9sNepoooSuqC7GIL3V
        qmGK0aV+6fszC3UWAiBnEBTiariiTJUwrm57Q1nTdvTLbne53ZcFgeMFJ4WqHQ==
        """

    private func certificate(_ text: String) throws -> Certificate {
        let bytes = try #require(Base64.decode(text.filter { !$0.isWhitespace }))
        return try #require(Certificate(bytes))
    }

    @Test func `the members of a certificate`() throws {
        let leaf = try certificate(Self.leaf)
        #expect(leaf.identityProvider == "https://issuer.example")
        #expect(leaf.alternativeNames(1) == [Array("signer@example.com".utf8)])
        #expect(leaf.allowsCodeSigning)
        #expect(!leaf.isAuthority)
        #expect(leaf.validity.upperBound - leaf.validity.lowerBound == 600)
        #expect(leaf.validity.lowerBound == 1796081307)
        #expect(CertificateHost.matches("Build.example.com", leaf))
        for host in ["example.com", "a.b.example.com", "build.example.org", "", "1.2.3.4"] {
            #expect(!CertificateHost.matches(host, leaf))
        }
        let root = try certificate(Self.root)
        #expect(root.isAuthority)
        #expect(root.validity.lowerBound == 0)
    }

    @Test func `a chain leads to a root at its time`() throws {
        let (leaf, middle, root) = try (certificate(Self.leaf), certificate(Self.middle), certificate(Self.root))
        let now = leaf.validity.lowerBound
        try CertificateChain(roots: [root], intermediates: [middle, root]).verify(leaf, at: now)
        try CertificateChain(roots: [middle], intermediates: []).verify(leaf, at: now)
        for (roots, intermediates, time) in [
            ([root], [middle], now - 1), ([root], [middle], now + 601), ([root], [], now), ([], [middle, root], now),
        ] {
            #expect(throws: TrustError.self) {
                try CertificateChain(roots: roots, intermediates: intermediates).verify(leaf, at: time)
            }
        }
        // What is no authority issues nothing.
        #expect(throws: TrustError.self) {
            try CertificateChain(roots: [leaf], intermediates: []).verify(middle, at: now)
        }
    }

    @Test func `damaged certificates are not trusted`() throws {
        let bytes = try #require(Base64.decode(Self.leaf.filter { !$0.isWhitespace }))
        let chain = try CertificateChain(roots: [certificate(Self.middle)], intermediates: [])
        let now = try certificate(Self.leaf).validity.lowerBound
        for place in bytes.indices {
            #expect(Certificate(Array(bytes[..<place])) == nil)
            var changed = bytes
            changed[place] ^= 0x10
            guard let parsed = Certificate(changed) else { continue }
            #expect(throws: TrustError.self) { try chain.verify(parsed, at: now) }
        }
    }
}
