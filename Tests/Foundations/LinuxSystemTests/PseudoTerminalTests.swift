import LinuxSystem
import Testing

@Suite struct PseudoTerminalTests {
    @Test func bothEndsShareTheSize() throws {
        let terminal = try PseudoTerminal()
        let peer = try terminal.openPeer()
        try WindowSize(rows: 33, columns: 99).apply(toTerminal: terminal.controller.raw)
        #expect(try WindowSize.of(terminal: peer.raw) == WindowSize(rows: 33, columns: 99))
    }

    @Test func rawModePassesBytesUnchangedUntilRestored() throws {
        let terminal = try PseudoTerminal()
        let peer = try terminal.openPeer()
        func pass(_ text: String) throws -> String {
            try peer.writeAll(Array(text.utf8))
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = try buffer.withUnsafeMutableBytes { try terminal.controller.read(into: $0) }
            return String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        #expect(try pass("a\n") == "a\r\n")
        let raw = try RawTerminalMode(terminal: peer.raw)
        #expect(try pass("a\n") == "a\n")
        raw.restore()
        #expect(try pass("a\n") == "a\r\n")
    }

    @Test func otherFilesAreNotTerminals() throws {
        let null = try OwnedFD.open("/dev/null", 0)
        #expect(throws: LinuxError.self) { try WindowSize.of(terminal: null.raw) }
        #expect(throws: LinuxError.self) { try RawTerminalMode(terminal: null.raw) }
    }
}
