import Testing

@testable import HTTPHeaders

@Suite struct AuthenticationChallengeTests {
    @Test func bearerChallengesAreParsed() {
        let header = #"Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull,push""#
        #expect(
            AuthenticationChallenge.parse([header]) == [
                AuthenticationChallenge(
                    scheme: "bearer",
                    parameters: [
                        "realm": "https://auth.example/token", "service": "registry",
                        "scope": "repository:a/b:pull,push",
                    ])
            ])
    }

    @Test func challengesMayShareAHeaderOrHaveSeparateOnes() {
        let found = AuthenticationChallenge.parse([#"Basic realm="a, b", Bearer realm=x , service = y"#, "Negotiate"])
        #expect(found.map(\.scheme) == ["basic", "bearer", "negotiate"])
        #expect(found[0].parameters == ["realm": "a, b"])
        #expect(found[1].parameters == ["realm": "x", "service": "y"])
    }

    @Test func escapedQuotesAreParsed() {
        let found = AuthenticationChallenge.parse([#"Basic realm="say \"x\"""#])
        #expect(found.first?.parameters["realm"] == #"say "x""#)
    }

    @Test(arguments: ["", "=", "\"", "Bearer realm=\"never ends", ",,,", "Basic =x", "a=b=c=d"])
    func invalidChallengesDoNotCrash(_ header: String) {
        _ = AuthenticationChallenge.parse([header])
    }
}
