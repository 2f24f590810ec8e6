import Testing

@testable import HTTPHeaders

/// Header fields in the forms that their RFCs have, and in some that they have not.
@Suite struct HeaderFormTests {
    @Test(
        arguments: [
            ("Basic realm=\"a\"", ["basic": ["realm": "a"]]),
            ("bAsIc   REALM = \"a\"", ["basic": ["realm": "a"]]),
            ("Basic realm=a", ["basic": ["realm": "a"]]),
            ("Negotiate", ["negotiate": [:]]),
            ("Negotiate, Basic realm=a", ["negotiate": [:], "basic": ["realm": "a"]]),
            ("Negotiate YII/abc+~==, Basic realm=\"a\"", ["negotiate": [:], "basic": ["realm": "a"]]),
            ("Negotiate YII, , ,Basic realm=\"a\"", ["negotiate": [:], "basic": ["realm": "a"]]),
            (", Basic realm=\"a\",,", ["basic": ["realm": "a"]]),
            (
                "Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\"",
                [
                    "newauth": ["realm": "apps", "type": "1", "title": "Login to \"apps\""],
                    "basic": ["realm": "simple"],
                ]
            ),
            (
                "Bearer realm=\"https://a/t?x=1,2\"\t,\tservice=\"s\"",
                ["bearer": ["realm": "https://a/t?x=1,2", "service": "s"]]
            ),
            ("Bearer", ["bearer": [:]]),
            ("Bearer realm=\"open", ["bearer": [:]]),
            ("", [:]), (",", [:]), ("=", [:]), ("\"x\"", [:]),
        ] as [(String, [String: [String: String]])])
    func challengesAreParsed(_ text: String, _ expected: [String: [String: String]]) {
        let found = AuthenticationChallenge.parse([text])
        let named = found.filter { expected[$0.scheme] != nil }
        #expect(Dictionary(named.map { ($0.scheme, $0.parameters) }) { first, _ in first } == expected)
    }

    @Test func numberOfChallengesIsLimited() {
        #expect(AuthenticationChallenge.parse([String](repeating: "A, B, C", count: 1000)).count == 16)
        #expect(AuthenticationChallenge.parse([String(repeating: "Basic realm=\"x\", ", count: 100_000)]).count == 16)
    }

    @Test(
        arguments: [
            ("</a>; rel=\"next\"", "/a"), ("</a>;rel=next", "/a"), ("</a> ; REL = NEXT", "/a"),
            ("</a>; rel=\"last next\"", "/a"), ("</p>; rel=prev, </a>; rel=next", "/a"),
            ("</p>; rel=prev; title=\"a, <b>; rel=next\", </a>; title=\"x;y\"; rel=\"next\"", "/a"),
            (", </a?x=1,2;3>; foo; rel=next", "/a?x=1,2;3"), ("</a>; rel=next; rel=prev", "/a"),
            ("</a>; rel=prev; rel=next", nil), ("</a>; rel=nextpage", nil), ("</a>", nil), ("/a; rel=next", nil),
            ("</a; rel=next", nil), ("</a>; rel=\"next", nil), ("", nil), ("<>; rel=next", ""),
        ] as [(String, String?)])
    func linksAreParsed(_ text: String, _ expected: String?) {
        #expect(LinkHeader.target("next", in: [text]) == expected)
        #expect(LinkHeader.target("next", in: ["</x>; rel=first", text]) == expected)
    }

    /// 2026-11-30 12:00:00.
    private static let now: Int64 = 1_796_040_000

    @Test(
        arguments: [
            ("0", 0), ("120", 120), ("00120", 120), ("3601", 3600), ("99999999999999999999999", 3600),
            ("Mon, 30 Nov 2026 12:00:30 GMT", 30), ("Monday, 30-Nov-26 12:01:00 GMT", 60),
            ("Mon Nov 30 12:00:05 2026", 5), ("Tue Dec  1 12:00:00 2026", 3600), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Fri, 31 Dec 9999 23:59:60 GMT", 3600), ("Thu, 01 Jan 0000 00:00:00 GMT", 0),
            ("-1", nil), ("+1", nil), ("1.5", nil), ("soon", nil), ("", nil), ("Mon, 30 Nov 2026 12:00:30 CET", nil),
            ("Mon, 32 Nov 2026 12:00:30 GMT", nil), ("Mon, 30 Foo 2026 12:00:30 GMT", nil),
            ("Mon, 30 Nov 99999999999999999999 12:00:30 GMT", nil), ("Mon, 30 Nov 2026 12:00 GMT", nil),
        ] as [(String, Int?)])
    func retryDelaysAreParsed(_ text: String, _ expected: Int?) {
        #expect(RetryAfter.seconds(text, now: Self.now) == expected)
    }

    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Mon Nov 30 12:00:00 2026", 1_796_040_000),
        ] as [(String, Int64)])
    func datesAreParsed(_ text: String, _ expected: Int64) {
        #expect(HTTPDate.parse(text) == expected)
    }

    @Test(
        arguments: [
            ("bytes 0-0/1", [0, 0, 1]), ("bytes 5-9/10", [5, 9, 10]), ("BYTES 5-9/10", [5, 9, 10]),
            ("bytes  5-9/*", [5, 9, -1]), ("bytes 5-9/9", nil), ("bytes 9-5/10", nil), ("bytes */10", nil),
            ("bytes 5-9", nil), ("5-9/10", nil), ("bytes -5-9/10", nil), ("bytes 5-9/x", nil), ("bytes 5-/10", nil),
            ("bytes 5-9/10/11", nil), ("items 5-9/10", nil), ("", nil),
            ("bytes 0-9223372036854775807/9223372036854775808", nil),
        ] as [(String, [Int64]?)])
    func contentRangesAreParsed(_ text: String, _ expected: [Int64]?) {
        #expect(ContentRange(text).map { [$0.first, $0.last, $0.total ?? -1] } == expected)
    }

    @Test(
        arguments: [
            ("0-0", 0), ("0-41", 41), ("bytes=0-41", 41), ("Bytes=0-41", 41), ("1-41", nil), ("0-", nil), ("-41", nil),
            ("0--1", nil), ("0-+1", nil), ("bytes=", nil), ("", nil), ("0-9223372036854775807", nil),
            ("0-1152921504606846976", 1 << 60), ("0-1152921504606846977", nil), ("0-1-2", nil),
        ] as [(String, Int64?)])
    func uploadRangesAreParsed(_ text: String, _ expected: Int64?) {
        #expect(HTTPNumber.lastByte(ofUpload: text) == expected)
    }

    @Test(
        arguments: [
            ("299 - \"soon\"", ["soon"]), ("299  -\t\"soon\"", ["soon"]),
            ("299 - \"a \\\"b\\\" \\\\c\"", ["a \"b\" \\c"]),
            ("299 - \"a, 299 - b\", 299 - \"c\"", ["a, 299 - b", "c"]),
            ("299 - \"old\" \"Sun, 06 Nov 1994 08:49:37 GMT\"", ["old"]), (",, 299 - \"x\" ,", ["x"]),
            ("199 - \"other\", 299 - \"mine\"", ["mine"]), ("299 proxy:80 \"not for users\"", []),
            ("299 - \"open", []), ("299 - bare", []), ("299 - \"\"", []), ("299 - \"a\u{7}b\"", []), ("", []),
            ("299 - \"x\" y", []),
        ] as [(String, [String])])
    func warningsAreParsed(_ text: String, _ expected: [String]) {
        #expect(RegistryWarning.parse([text]) == expected)
    }

    @Test func warningsAreFewAndShort() {
        let many = (0..<1000).map { "299 - \"warning \($0)\"" }
        #expect(RegistryWarning.parse(many) == (0..<RegistryWarning.limit).map { "warning \($0)" })
        #expect(RegistryWarning.parse([many.joined(separator: ", ")]).count == RegistryWarning.limit)
        let long = String(repeating: "x", count: 2000)
        let shown = RegistryWarning.parse(["299 - \"\(long)\""])
        #expect(shown == [long.prefix(RegistryWarning.lengthLimit) + "..."])
    }

    @Test(
        arguments: [
            ("../c", "/v2/a/c"), ("./c", "/v2/a/b/c"), ("../../../../c", "/c"), ("c/", "/v2/a/b/c/"), (".", "/v2/a/b/"),
            ("..", "/v2/a/"), ("c?x=../y", "/v2/a/b/c?x=../y"), ("/x/../y", "/x/../y"),
            ("%2e%2e/c", "/v2/a/b/%2e%2e/c"),
            ("//other/x", "/x"), ("c#fragment", "/v2/a/b/c"), ("?x", "/v2/a/b/here?x"), ("\u{FFFD}", nil), ("", nil),
        ] as [(String, String?)])
    func locationsAreResolved(_ text: String, _ expected: String?) throws {
        let base = try #require(WebAddress("https://r.example/v2/a/b/here"))
        #expect(base.resolving(text)?.target == expected)
    }
}
