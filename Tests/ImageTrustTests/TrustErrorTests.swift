import Testing

@testable import ImageTrust

@Suite struct TrustErrorTests {
    @Test func saysItsMessage() {
        #expect(TrustError("unsigned").description == "unsigned")
    }
}
