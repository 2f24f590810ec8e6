import BuildGraph
import JSONText
import SeededRandomness
import Testing

@testable import ImageBuild

@Suite struct SecretSearchTests {
    private static let secret = Array("p4ss+w/rd &%~?=".utf8)

    /// The leaks in a text that arrives in pieces.
    private func leaks(_ text: [UInt8], _ secrets: [[UInt8]], pieces: [Int] = []) -> Set<SecretSearch.Leak> {
        leaks(text, SecretPatterns(secrets.enumerated().map { ("s\($0.offset)", $0.element) }), pieces: pieces)
    }

    private func leaks(_ text: [UInt8], _ patterns: SecretPatterns, pieces: [Int]) -> Set<SecretSearch.Leak> {
        var search = SecretSearch(patterns)
        var found: Set<SecretSearch.Leak> = []
        var start = 0
        for end in pieces.sorted() + [text.count] {
            found.formUnion(text[start..<end].withUnsafeBytes { search.leaks(in: $0) })
            start = end
        }
        return found
    }

    @Test func whatOccursByChanceIsNotSearchedFor() {
        for text in ["short", "a few words", "only ten or so more"] {
            #expect(SecretPatterns.characteristicPart(of: Array(text.utf8)) == nil)
        }
        for text in ["hunter2", "password", "A few words", "a few words, and quite some more", "correct horse battery"]
        {
            #expect(SecretPatterns.characteristicPart(of: Array(text.utf8)) != nil)
        }
    }

    private func base64(_ bytes: [UInt8], isForURLs: Bool) -> [UInt8] {
        let text = Array(Base64.encode(bytes).utf8)
        return isForURLs ? text.map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 } : text
    }

    private func percentEncoded(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            if byte == 0x20, Bool.random(using: &generator) { return [0x2B] }
            let mustBeEncoded = byte <= 0x20 || byte >= 0x7F || "%+&".utf8.contains(byte)
            guard mustBeEncoded || Bool.random(using: &generator) else { return [byte] }
            let text = String(byte, radix: 16, uppercase: Bool.random(using: &generator))
            return Array("%\(byte < 16 ? "0" : "")\(text)".utf8)
        }
    }

    @Test func secretsAreFoundAnywhereInAnyFormAndInAnyPieces() {
        var generator = SeededGenerator(seed: 12)
        for round in 0..<60 {
            let secret = generator.bytes(Int.random(in: 8...200, using: &generator))
            let patterns = SecretPatterns([("s0", generator.bytes(8)), ("s1", secret)])
            let before = generator.bytes(Int.random(in: 0...100, using: &generator))
            let after = generator.bytes(Int.random(in: 0...100, using: &generator))
            let (hidden, form): ([UInt8], SecretPatterns.Form) =
                switch round % 4 {
                case 0: (secret, .raw)
                case 1: (percentEncoded(secret, &generator), .percentEncoded)
                // With neighbours inside of the encoded text, at every alignment.
                default: (base64(before.prefix(3) + secret + after.prefix(2), isForURLs: round % 4 == 2), .base64)
                }
            let text = before + hidden + after
            let pieces = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                Int.random(in: 0...text.count, using: &generator)
            }
            let found = leaks(text, patterns, pieces: pieces)
            let isThere = found.contains { $0.secret == "s1" && ($0.form == form || $0.form == .raw) }
            #expect(isThere, "round \(round): \(form)")
            #expect(!found.contains { $0.secret == "s0" }, "round \(round)")
            #expect(leaks(before + after, patterns, pieces: []).isEmpty)
        }
    }

    @Test func base64IsFoundAcrossTheLinesOfAWrappedText() {
        let key = Array("-----BEGIN KEY-----\nabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ\n".utf8)
        var wrapped: [UInt8] = []
        for (index, byte) in base64(key, isForURLs: false).enumerated() {
            if index % 20 == 0 { wrapped += Array("\r\n    ".utf8) }
            wrapped.append(byte)
        }
        #expect(leaks(wrapped, [key]) == [SecretSearch.Leak(secret: "s0", form: .base64)])
    }

    @Test(arguments: [
        ("key=p4ss+w/rd &%~?=\n", SecretPatterns.Form.raw), ("p4ss%2Bw%2frd+%26%25~%3F%3D", .percentEncoded),
        ("p4ss%2Bw/rd%20%26%25~?%3D", .percentEncoded), ("cDRzcyt3L3JkICYlfj89", .base64),
        ("eDpwNHNzK3cvcmQgJiV-Pz0", .base64),
    ]) func formsOfOneSecret(text: String, form: SecretPatterns.Form) {
        let found = leaks(Array(text.utf8), [Self.secret + [0x0A]])
        #expect(found == [SecretSearch.Leak(secret: "s0", form: form)])
    }

    @Test func shortSecretsAreNotSearchedFor() {
        #expect(SecretPatterns([("a", Array("12345\n".utf8))]).isEmpty)
        #expect(!SecretPatterns([("a", Array("123456\n".utf8))]).isEmpty)
        #expect(SecretGate().patterns == nil)
    }

    @Test func aLongSecretIsRecognizedByItsMostVariedPart() throws {
        let head = Array("-----BEGIN OPENSSH PRIVATE KEY-----\n".utf8) + [UInt8](repeating: 0x41, count: 200)
        var generator = SeededGenerator(seed: 3)
        let key = generator.bytes(300)
        let part = try #require(SecretPatterns.characteristicPart(of: head + key))
        #expect(part.count == SecretPatterns.maximum)
        #expect(leaks(head, [head + key]).isEmpty)
        #expect(!leaks([1, 2] + head + key, [head + key]).isEmpty)
    }

    @Test func overlappingSecretsAndRepeatedBeginningsAreFound() {
        let found = leaks(Array("aaaaaaaabcabcabcdx".utf8), [Array("aaaaabc".utf8), Array("abcabcd".utf8)])
        #expect(Set(found.map(\.secret)) == ["s0", "s1"])
    }

    @Test func messagesDoNotContainTheSecret() throws {
        let gate = SecretGate()
        gate.add("token", Self.secret)
        gate.add(header: "GIT_AUTH_HEADER", Array("Basic dXNlcjpodW50ZXIy".utf8))
        let patterns = try #require(gate.patterns)
        let leaks = SecretSearch.leaks(in: Self.secret + Array(" dXNlcjpodW50ZXIy".utf8), patterns)
        let error = #expect(throws: BuildError.self) { try gate.tell(leaks, in: "file x", { _ in }) }
        #expect(
            error?.message
                == "file x contains the secret \"GIT_AUTH_HEADER\", the secret \"token\": keep it out, or allow it with "
                + "--allow-secret-leaks")
    }
}
