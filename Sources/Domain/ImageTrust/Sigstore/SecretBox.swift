/// NaCl's `secretbox`: XSalsa20 and Poly1305, as cosign encrypts private keys. The crypto library has neither.
enum SecretBox {
    /// The tag and the ciphertext.
    ///
    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - nonce: 24 bytes, for one message only.
    static func seal(_ message: [UInt8], key: [UInt8], nonce: [UInt8]) -> [UInt8] {
        let (tagKey, ciphertext) = transform(message, key, nonce)
        return Poly1305.tag(of: ciphertext, key: tagKey) + ciphertext
    }

    /// The message in a box; nil if it was sealed with another key, or changed.
    static func open(_ box: [UInt8], key: [UInt8], nonce: [UInt8]) -> [UInt8]? {
        guard box.count >= 16, key.count == 32, nonce.count == 24 else { return nil }
        let ciphertext = Array(box.dropFirst(16))
        let (tagKey, message) = transform(ciphertext, key, nonce)
        let difference = zip(box, Poly1305.tag(of: ciphertext, key: tagKey)).reduce(0) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 ? message : nil
    }

    /// The key for the tag, and the message XORed with what follows in the stream.
    private static func transform(
        _ message: [UInt8], _ key: [UInt8], _ nonce: [UInt8]
    ) -> (tagKey: [UInt8], result: [UInt8]) {
        let subkey = Salsa20.hashed(key, Array(nonce[..<16]))
        let stream = Salsa20.stream(subkey, nonce: Array(nonce[16...]), count: message.count + 32)
        return (Array(stream[..<32]), zip(message, stream[32...]).map { $0 ^ $1 })
    }
}

/// Salsa20 with 20 rounds, as its author's specification has it.
enum Salsa20 {
    /// "expand 32-byte k".
    private static let constants: [UInt32] = [0x6170_7865, 0x3320_646E, 0x7962_2D32, 0x6B20_6574]

    /// Bytes of the key stream.
    ///
    /// - Parameter nonce: 8 bytes.
    static func stream(_ key: [UInt8], nonce: [UInt8], count: Int) -> [UInt8] {
        var result: [UInt8] = []
        var block: UInt64 = 0
        while result.count < count {
            let place = (0..<8).map { UInt8(truncatingIfNeeded: block >> UInt64($0 * 8)) }
            let input = state(key, nonce + place)
            result += zip(input, rounds(input)).flatMap { bytes($0 &+ $1) }
            block += 1
        }
        return Array(result.prefix(count))
    }

    /// HSalsa20: a key for a part of a longer nonce.
    ///
    /// - Parameter input: 16 bytes.
    static func hashed(_ key: [UInt8], _ input: [UInt8]) -> [UInt8] {
        let output = rounds(state(key, input))
        return [0, 5, 10, 15, 6, 7, 8, 9].flatMap { bytes(output[$0]) }
    }

    private static func state(_ key: [UInt8], _ input: [UInt8]) -> [UInt32] {
        let (key, input) = (words(key), words(input))
        return [constants[0]] + key[..<4] + [constants[1]] + input + [constants[2]] + key[4...] + [constants[3]]
    }

    private static func rounds(_ input: [UInt32]) -> [UInt32] {
        var x = input
        func quarter(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
            func turned(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }
            x[b] ^= turned(x[a] &+ x[d], 7)
            x[c] ^= turned(x[b] &+ x[a], 9)
            x[d] ^= turned(x[c] &+ x[b], 13)
            x[a] ^= turned(x[d] &+ x[c], 18)
        }
        for _ in 0..<10 {
            quarter(0, 4, 8, 12)
            quarter(5, 9, 13, 1)
            quarter(10, 14, 2, 6)
            quarter(15, 3, 7, 11)
            quarter(0, 1, 2, 3)
            quarter(5, 6, 7, 4)
            quarter(10, 11, 8, 9)
            quarter(15, 12, 13, 14)
        }
        return x
    }

    private static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<(start + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    private static func bytes(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32($0 * 8)) }
    }
}
