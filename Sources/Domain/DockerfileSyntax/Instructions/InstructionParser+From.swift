extension InstructionParser {
    /// `FROM [--platform=P] [--after=STAGE] BASE [AS NAME]`
    func from() throws(Diagnostic) -> FromInstruction {
        try flags.check(known: ["platform", "after"])
        let words = line.plainWords(arguments)
        guard words.count == 1 || words.count == 3 else {
            throw error("FROM requires either one or three arguments")
        }
        var name: String?
        if words.count == 3 {
            guard line.text(words[1]).lowercased() == "as" else {
                throw line.error(words[1], "expected AS before the name of the stage")
            }
            name = try stageName(words[2])
        }
        return FromInstruction(
            base: line.word(words[0]), platform: try flags.value("platform"), name: name,
            after: try flags.value("after"))
    }

    private func stageName(_ word: Range<Int>) throws(Diagnostic) -> String {
        let name = line.text(word).lowercased()
        let bytes = Array(name.utf8)
        let isValid = bytes.allSatisfy { $0.isLetter || $0.isDigit || [0x2d, 0x5f, 0x2e].contains($0) }
        guard isValid, bytes.first?.isLetter == true else {
            throw line.error(
                word,
                "invalid name for build stage: \(name.quotedForMessage), "
                    + "name can't start with a number or contain symbols")
        }
        return name
    }
}
