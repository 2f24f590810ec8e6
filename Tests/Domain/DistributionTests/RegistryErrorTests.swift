import Testing

@testable import Distribution

@Suite struct RegistryErrorTests {
    @Test func descriptionIsTheMessage() {
        #expect(RegistryError(.notFound, "no such image").description == "no such image")
    }
}
