/// The sequence of keys that detaches from a container, such as `ctrl-p,ctrl-q`.
struct DetachKeys: Equatable {
    let bytes: [UInt8]
    private var matched = 0

    static let standard = "ctrl-p,ctrl-q"

    /// - Parameter text: letters or `ctrl-` followed by a letter or one of `@ [ \ ] ^ _`, separated by commas; empty: none.
    init(_ text: String) throws {
        bytes = try text.split(separator: ",", omittingEmptySubsequences: true).map { key in
            let value = key.utf8.last ?? 0
            if key.utf8.count == 1 { return value }
            let letter = value & 0xDF
            guard key.hasPrefix("ctrl-"), key.utf8.count == 6, (0x40...0x5F).contains(letter) || value == 0x5E else {
                throw CommandError("invalid detach keys \"\(text)\": unknown key \"\(key)\"")
            }
            return letter & 0x1F
        }
    }

    /// Takes what was typed.
    ///
    /// - Returns: what is for the container, and whether the sequence is complete. Keys that may begin it are held back.
    mutating func filter(_ typed: ArraySlice<UInt8>) -> (input: [UInt8], detaches: Bool) {
        guard !bytes.isEmpty else { return (Array(typed), false) }
        var input: [UInt8] = []
        for byte in typed {
            if byte == bytes[matched] {
                matched += 1
                if matched == bytes.count { return (input, true) }
            } else {
                input += bytes[..<matched]
                matched = byte == bytes[0] ? 1 : 0
                if matched == 0 { input.append(byte) }
                if matched == bytes.count { return (input, true) }
            }
        }
        return (input, false)
    }
}
