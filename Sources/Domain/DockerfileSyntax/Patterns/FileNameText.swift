/// File names, which are bytes, as text that patterns can be matched with.
package enum FileNameText {
    /// A byte that belongs to no UTF-8 sequence is the scalar at its distance from here.
    private static let escapes: UInt32 = 0x10ff00
    /// The lead byte of all sequences that stand for such scalars.
    private static let escapeLead: UInt8 = 0xf4

    /// The name as text. Different names give different texts: each byte that is not UTF-8 becomes a private-use scalar
    /// of its own, and so does each byte of such a scalar where a name really has one.
    package static func text(_ name: some Collection<UInt8>) -> String {
        if !name.contains(escapeLead), let text = String(validating: name, as: UTF8.self) { return text }
        let bytes = Array(name)
        var text = String.UnicodeScalarView()
        var position = 0
        while position < bytes.count {
            var rest = bytes[position...].makeIterator()
            var parser = Unicode.UTF8.ForwardParser()
            var length = 1
            if case .valid(let sequence) = parser.parseScalar(from: &rest) {
                length = sequence.count
                let scalar = Unicode.UTF8.decode(sequence)
                if scalar.value < escapes {
                    text.append(scalar)
                    position += length
                    continue
                }
            }
            for byte in bytes[position..<(position + length)] {
                if let scalar = Unicode.Scalar(escapes + UInt32(byte)) { text.append(scalar) }
            }
            position += length
        }
        return String(text)
    }
}
