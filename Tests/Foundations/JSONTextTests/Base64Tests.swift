import JSONText
import Testing

@Suite struct Base64Tests {
    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("{}", "e30=")])
    func isRFC4648s(plain: String, text: String) {
        #expect(Base64.encode(plain.utf8) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
    }

    @Test func everyLengthRoundTrips() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "=", "====", "Zm8", "Zg==Zg==", "Zm9v!", "Zm-_", "Z=g=", "Q Q=", "Zg==\n=",
        "Zm9v\u{e9}AA",
    ])
    func whatIsNoneIsRefused(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func lineEndsAreIgnored() {
        #expect(Base64.decode("Zm9v\r\nYg=\n=\n") == Array("foob".utf8))
        #expect(Base64.decode("\n") == [])
    }

    @Test func bitsBeyondTheLastByteAreIgnored() {
        #expect(Base64.decode("Zh==") == Array("f".utf8))
        #expect(Base64.decode("Zm9=") == Array("fo".utf8))
    }

    @Test func rawMemoryIsAppendedTo() {
        var text = Array("x".utf8)
        Array("foobar".utf8).withUnsafeBytes { Base64.append($0, to: &text) }
        #expect(String(decoding: text, as: UTF8.self) == "xZm9vYmFy")
        var bytes: [UInt8] = [1]
        let isValid = Array("Zm9v\nYg==".utf8).withUnsafeBytes { Base64.decode($0, appendingTo: &bytes) }
        #expect(isValid)
        #expect(bytes == [1] + Array("foob".utf8))
    }
}
