import Testing

@testable import Distribution

@Suite struct RegistryErrorResponseTests {
    private func error(_ status: Int, _ body: String, _ fields: [(name: String, value: String)] = []) -> RegistryError {
        RegistryErrorResponse.error(status: status, body: Array(body.utf8), fields: HTTPFields(fields))
    }

    @Test func messagesOfTheRegistryAreQuoted() {
        let unknown = error(404, #"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{}}]}"#)
        #expect(unknown.message == "manifest unknown")
        #expect(unknown.code == .notFound)
        let denied = error(403, #"{"errors":[{"code":"DENIED","message":"no access"},{"code":"UNKNOWN"}]}"#)
        #expect(denied.message == "denied: no access; unknown")
        #expect(denied.code == .denied)
    }

    @Test func responsesWithoutMessageGetADefault() {
        #expect(error(401, "").message == "unauthorized: authentication required")
        #expect(error(502, "<html>").message == "unexpected HTTP status 502 (Bad Gateway)")
        #expect(error(429, "").message == "too many requests to registry")
    }

    @Test func temporaryFailuresAreRecognized() {
        #expect(error(503, "", [(name: "Retry-After", value: "7")]).retryAfter == 7)
        #expect(error(503, "", [(name: "retry-after", value: "-7")]).retryAfter == nil)
        for (status, isTemporary) in [(500, true), (429, true), (408, true), (501, false), (404, false), (401, false)] {
            #expect(error(status, "").isTemporary == isTemporary, "\(status)")
        }
    }

    @Test func controlCharactersAreEscaped() {
        let hostile = error(400, "{\"errors\":[{\"code\":\"X\",\"message\":\"a\\u001b[2Jb\\nc\"}]}")
        #expect(hostile.message == "x: a [2Jb c")
    }
}
