import Testing

@testable import ContainersConfig

@Suite struct YAMLSubsetTests {
    private func members(_ text: String) throws -> [(key: String, value: YAMLSubset.Value)] {
        guard case .mapping(let members) = try YAMLSubset.parse(text, path: "file") else { return [] }
        return members
    }

    @Test func crlfLineEndingsAreAccepted() throws {
        let members = try members("first: one\r\nsecond:\r\n  - 'two'\r\n")
        #expect(members.map(\.key) == ["first", "second"])
        guard case .scalar("one")? = members.first?.value, case .list(let items)? = members.last?.value,
            case .scalar("two")? = items.first
        else {
            Issue.record("\(members)")
            return
        }
    }

    @Test func manyKeysAreReadAndDuplicatesRejected() throws {
        let text = (0..<50_000).map { "key\($0): value\n" }.joined()
        #expect(try members(text).count == 50_000)
        let error = #expect(throws: ConfigError.self) { try members(text + "key7: value\n") }
        #expect(error?.description == "file:50001: \"key7\" occurs twice")
    }
}
