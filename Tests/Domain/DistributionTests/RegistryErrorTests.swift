import Testing

@testable import Distribution

@Suite struct RegistryErrorTests {
    @Test func saysItsMessage() {
        #expect(RegistryError(.notFound, "no such image").description == "no such image")
    }
}
