import BuildGraph
import JSONText
import Testing

@testable import ImageBuild

@Suite struct SourcePolicyTests {
    private func policy(_ rules: String) throws -> SourcePolicy {
        try SourcePolicy(parsing: JSONValue(parsing: "{\"rules\": [\(rules)]}"))
    }

    private func rule(_ action: String, _ selector: String, _ rest: String = "") -> String {
        "{\"action\": \"\(action)\", \"selector\": {\"identifier\": \"\(selector)\"}\(rest)}"
    }

    @Test(
        arguments: [
            ("docker-image://docker.io/library/alpine:latest", "alpine", true),
            ("docker-image://docker.io/library/alpine", "alpine", true),
            ("docker-image://docker.io/library/alpine", "alpine:3", false),
            ("docker-image://docker.io/library/alp*", "alpine:3", true),
            ("docker-image://*/alpine:?", "quay.io/x/alpine:3", true),
            ("docker-image://*a*a*a*a*a*a*a*a*b", "quay.io/x/\(String(repeating: "a", count: 200))", false),
            ("docker-image://docker.io/library/alpine:?", "alpine:3.2", false),
        ])
    func deniesWhatTheSelectorMatches(selector: String, name: String, denied: Bool) throws {
        let policy = try policy(rule("DENY", selector))
        if denied {
            #expect(throws: BuildError.self) { try policy.image(for: name) }
        } else {
            #expect(try policy.image(for: name) == name)
        }
    }

    @Test func theFirstMatchingRuleDecides() throws {
        let all = rule("DENY", "docker-image://*")
        let some = rule("ALLOW", "docker-image://docker.io/library/alpine:latest")
        #expect(try policy(some + "," + all).image(for: "alpine") == "alpine")
        #expect(throws: BuildError.self) { try self.policy(all + "," + some).image(for: "alpine") }
    }

    @Test func convertsToAnotherSource() throws {
        let digest = "sha256:\(String(repeating: "a", count: 64))"
        let updates = ", \"updates\": {\"identifier\": \"docker-image://docker.io/library/alpine@\(digest)\"}"
        let policy = try policy(rule("CONVERT", "docker-image://docker.io/library/alpine:latest", updates))
        #expect(try policy.image(for: "alpine:latest") == "docker.io/library/alpine@\(digest)")
        #expect(try policy.image(for: "alpine:3") == "alpine:3")
        #expect(try policy.address(for: "https://example.com/x") == "https://example.com/x")
    }

    @Test(
        arguments: [
            ("{\"selector\": {\"identifier\": \"x\"}}", "action is required"),
            ("{\"action\": \"DENY\", \"selector\": {}}", "selector.identifier is required"),
            ("{\"action\": \"CONVERT\", \"selector\": {\"identifier\": \"x\"}}", "updates.identifier is required"),
            ("{\"action\": \"MAYBE\", \"selector\": {\"identifier\": \"x\"}}", "unknown action"),
            ("{\"action\": \"DENY\", \"selector\": {\"identifier\": \"x\", \"matchType\": \"REGEX\"}}", "REGEX"),
            ("7", "action is required"),
        ])
    func rejectsIncompleteRules(rule: String, message: String) throws {
        let error = try #require(throws: BuildError.self) { try policy(rule) }
        #expect(error.message.contains("rule 0: ") && error.message.contains(message))
    }
}
