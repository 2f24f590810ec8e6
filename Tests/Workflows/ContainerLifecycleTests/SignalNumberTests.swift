import Testing

@testable import ContainerLifecycle

@Suite struct SignalNumberTests {
    @Test(
        "names in any case, with and without SIG, numbers, and the real-time signals",
        arguments: [
            ("TERM", 15), ("sigterm", 15), ("SIGKILL", 9), ("9", 9), ("usr1", 10), ("RTMIN", 34), ("SIGRTMIN+3", 37),
            ("rtmax", 64), ("RTMAX-1", 63), ("64", 64),
        ] as [(String, Int32)])
    func known(_ text: String, _ number: Int32) throws {
        #expect(try SignalNumber.parse(text) == number)
    }

    @Test(
        "what is no signal is refused",
        arguments: ["", "0", "-9", "65", "SIG", "NOTHING", "RTMIN+31", "RTMIN+-1", "RTMAX-31", "RTMIN+", "9999999999"])
    func unknown(_ text: String) {
        let error = #expect(throws: ContainerError.self) { try SignalNumber.parse(text) }
        #expect(error?.code == .invalid)
    }
}
