import BuildGraph
import Glibc
import LinuxSystem
import ProgressEvents
import Sandbox
import Synchronization
import Testing

@testable import ImageBuild

@Suite struct StepOutputTests {
    private final class Received: Sendable {
        let parts = Mutex<[(ProgressEvent.OutputStream, [UInt8])]>([])
        let warnings = Mutex<[String]>([])

        func text(_ stream: ProgressEvent.OutputStream) -> String {
            String(decoding: parts.withLock { $0.filter { $0.0 == stream }.flatMap(\.1) }, as: UTF8.self)
        }
    }

    private func output(_ gate: SecretGate, to received: Received) throws -> StepOutput {
        try StepOutput(
            gate: gate,
            report: { event in
                if case .warning(let text) = event { received.warnings.withLock { $0.append(text) } }
            },
            receive: { stream, bytes in received.parts.withLock { $0.append((stream, bytes)) } })
    }

    private func write(_ text: String, to stream: StandardStreams.Stream) {
        guard case .descriptor(let descriptor) = stream else { return }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    @Test func bothStreamsArriveInWholeLinesAndTheLastPartialOne() throws {
        let received = Received()
        let output = try output(SecretGate(), to: received)
        var streams = StandardStreams()
        output.connect(&streams)
        for index in 0..<20_000 { write("line \(index)\n", to: streams.output) }
        write("warn", to: streams.error)
        write("ing\nrest", to: streams.error)
        output.finish()
        output.finish()
        #expect(received.text(.standardOutput) == (0..<20_000).map { "line \($0)\n" }.joined())
        #expect(received.text(.standardError) == "warning\nrest")
        let parts = received.parts.withLock { $0 }
        #expect(parts.filter { $0.0 == .standardOutput }.allSatisfy { $0.1.last == 0x0A })
        #expect(parts.last { $0.0 == .standardError }?.1 == Array("rest".utf8))
    }

    @Test func aLineWithoutEndArrivesInParts() {
        var lines = OutputLines()
        var count = 0
        for _ in 0..<40 { count += lines.complete([UInt8](repeating: 0x61, count: 10_000)).count }
        #expect(count >= 400_000 - OutputLines.limit)
        #expect(lines.complete([0x0A, 0x62]).last == 0x0A)
        #expect(lines.rest() == [0x62])
        #expect(lines.rest().isEmpty)
    }

    @Test func streamsThatAreNotInheritedStay() throws {
        let output = try output(SecretGate(), to: Received())
        var streams = StandardStreams(output: .null)
        output.connect(&streams)
        #expect(streams.output == .null)
        #expect(streams.error != .inherit)
        output.finish()
    }

    @Test func aSecretIsHiddenAndAnError() throws {
        let (received, gate) = (Received(), SecretGate())
        gate.add("token", Array("hunter22".utf8))
        let output = try output(gate, to: received)
        var streams = StandardStreams()
        output.connect(&streams)
        write("hun", to: streams.output)
        write("ter", to: streams.output)
        write("22\n", to: streams.output)
        output.finish()
        #expect(received.text(.standardOutput) == "")
        let error = #expect(throws: BuildError.self) { try output.checkLeaks() }
        #expect(error?.message.contains("the output of the command contains the secret \"token\"") == true)
    }

    @Test func anAllowedSecretIsShownWithAWarning() throws {
        let (received, gate) = (Received(), SecretGate(allowsLeaks: true))
        gate.add("token", Array("hunter22".utf8))
        let output = try output(gate, to: received)
        var streams = StandardStreams()
        output.connect(&streams)
        write("aHVudGVyMjI=\n", to: streams.error)
        output.finish()
        try output.checkLeaks()
        #expect(received.text(.standardError) == "aHVudGVyMjI=\n")
        #expect(
            received.warnings.withLock { $0 } == [
                "[Warning] SecretLeak: the output of the command contains the secret \"token\" (base64-encoded)"
            ])
    }
}
