import Testing

@testable import BuildGraph

@Suite struct SignalNameTests {
    @Test(arguments: ["9", "SIGTERM", "kill", "SigRtMin+3", "RTMAX-14", "SIGRTMIN+15", "37"])
    func knownSignalsAreAccepted(text: String) {
        #expect(SignalName.isValid(text))
    }

    @Test(arguments: ["", "0", "-1", "NOPE", "SIG", "SIGRTMIN+16", "RTMAX-15", "RTMIN+", "SIGSIGTERM", "TERM "])
    func unknownSignalsAreRejected(text: String) {
        #expect(!SignalName.isValid(text))
    }
}
