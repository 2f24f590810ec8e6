import Testing

@testable import ContainerLifecycle

@Suite struct ContainerNamesTests {
    @Test("generated names are an adjective and a noun, and valid")
    func random() {
        let names = Set((0..<200).map { _ in ContainerNames.random() })
        #expect(names.count > 100)
        for name in names {
            #expect(name.split(separator: "_").count == 2)
            #expect(ContainerNames.isValid(name))
        }
    }

    @Test("accepts letters, digits, _, . and - in names", arguments: ["a", "A1_.-", "0"])
    func valid(_ name: String) { #expect(ContainerNames.isValid(name)) }

    @Test("rejects all other names", arguments: ["", "-a", ".a", "_a", "a/b", "a b", "ä", "a\n", "../a"])
    func invalid(_ name: String) { #expect(!ContainerNames.isValid(name)) }
}
