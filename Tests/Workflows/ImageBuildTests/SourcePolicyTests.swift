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

/// However an address is written, the rules for it apply.
@Suite struct SourceIdentifierTests {
    private func policy(_ rules: [(String, String)]) throws -> SourcePolicy {
        let entries = rules.map {
            JSONValue.object(["action": .string($0.0), "selector": ["identifier": .string($0.1)]])
        }
        return try SourcePolicy(parsing: ["rules": .array(entries)])
    }

    @Test(arguments: [
        "http://h/secret", "http://u@h/secret", "http://u:p@h:80/secret", "http://H/a/../secret", "http://h/%73ecret",
        "http://h/secret#x",
    ])
    func deniedFiles(address: String) throws {
        let policy = try policy([("DENY", "http://h/secret")])
        #expect(throws: BuildError.self) { try policy.address(for: address) }
    }

    @Test(arguments: ["http://good.test@evil.test/x", "http://good.test/a/../../x@y/../evil", "http://evil.test/"])
    func notAllowedFiles(address: String) throws {
        let policy = try policy([("ALLOW", "http://good.test/a*"), ("ALLOW", "http://good.test@*"), ("DENY", "*")])
        #expect(throws: BuildError.self) { try policy.address(for: address) }
        #expect(try policy.address(for: "http://u:p@GOOD.test:80/a") == "http://u:p@GOOD.test:80/a")
    }

    @Test(arguments: [
        ("https://h/r.git", "https://u:p@H/r.git#main", true), ("git://h/r.git", "https://h/r.git", true),
        ("git://h/r.git#main:sub", "https://h/r.git?ref=main&subdir=sub", true), ("git@h:r", "git@h:r", true),
        ("ssh://h/r", "ssh://git@h/r", true), ("ssh://git@h/r", "git@h:r", true),
        ("https://h/r.git", "https://h/s.git", false),
    ])
    func repositories(rule: String, source: String, isDenied: Bool) throws {
        let reference = try #require(try GitReference(source))
        let policy = try policy([("DENY", rule)])
        let denial = Result { try policy.checkRepository(source, reference) }
        #expect((try? denial.get()) == nil ? isDenied : !isDenied)
    }

    @Test func allowedRepositories() throws {
        let policy = try policy([("ALLOW", "git@good:*"), ("ALLOW", "https://good*"), ("DENY", "*")])
        func check(_ source: String) throws { try policy.checkRepository(source, #require(try GitReference(source))) }
        try check("git@good:r")
        try check("https://good/r.git#main")
        #expect(throws: BuildError.self) { try check("https://good@evil/r.git") }
        #expect(throws: BuildError.self) { try check("ssh://good@evil/r.git") }
    }
}
