import DockerfileSyntax

/// Breaks lines that are longer than a Dockerfile's may be.
enum LineBreaking {
    /// The instruction with its long lines continued on further ones, which a parser joins to the same text; nil if that
    /// is impossible, as in the body of a heredoc.
    static func fitted(_ instruction: String) -> String? {
        let lines = instruction.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.contains(where: { $0.count > Dockerfile.maximumLineSize }) else { return instruction }
        guard let parsed = InstructionWriter.parse(instruction), parsed.heredocs.isEmpty else { return nil }
        var broken: [String] = []
        for line in lines {
            guard let pieces = pieces(of: Array(line)) else { return nil }
            broken += pieces
        }
        let text = broken.joined(separator: "\n")
        return InstructionWriter.parse(text)?.text == parsed.text ? text : nil
    }

    /// All but the last end in a backslash.
    private static func pieces(of line: [UInt8]) -> [String]? {
        var pieces: [String] = []
        var rest = line[...]
        while rest.count > Dockerfile.maximumLineSize {
            // The backslash needs a place, too.
            var end = rest.startIndex + Dockerfile.maximumLineSize - 1
            while end > rest.startIndex, !isBreakable(line, at: end) { end -= 1 }
            guard end > rest.startIndex else { return nil }
            pieces.append(String(decoding: rest[..<end], as: UTF8.self) + "\\")
            rest = rest[end...]
        }
        return pieces + [String(decoding: rest, as: UTF8.self)]
    }

    /// Whether a line may begin with this byte without being a comment or blank, and the line before it end without
    /// another backslash.
    private static func isBreakable(_ line: [UInt8], at index: Int) -> Bool {
        let next = line[index]
        return next > 0x20 && next != UInt8(ascii: "#") && next != UInt8(ascii: "\\") && next & 0xc0 != 0x80
            && line[index - 1] != UInt8(ascii: "\\")
    }
}
