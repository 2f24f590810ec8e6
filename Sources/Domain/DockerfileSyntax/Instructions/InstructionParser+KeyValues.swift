// ARG, ENV, LABEL.
extension InstructionParser {
    /// `K=V K2="V 2"`, or the old form `K V with spaces`.
    func keyValues() throws(Diagnostic) -> [KeyValue] {
        let words = line.quotedWords(arguments)
        guard let first = words.first else { throw error("\(keyword.rawValue) requires at least one argument") }
        guard equalsSign(in: first) != nil else { return [try oldKeyValue()] }
        var pairs: [KeyValue] = []
        for word in words {
            guard let equals = equalsSign(in: word) else {
                throw line.error(
                    word,
                    "syntax error - can't find = in \(line.text(word).quotedForMessage). "
                        + "Must be of the form: name=value")
            }
            let key = word.lowerBound..<equals
            guard !key.isEmpty else { throw line.error(word, "\(keyword.rawValue) names can not be blank") }
            pairs.append(KeyValue(key: line.word(key), value: line.word(equals + 1..<word.upperBound)))
        }
        return pairs
    }

    private func oldKeyValue() throws(Diagnostic) -> KeyValue {
        let (key, value) = line.splitFirstWord(arguments)
        guard !value.isEmpty else { throw error("\(keyword.rawValue) must have two arguments") }
        return KeyValue(key: line.word(key), value: line.word(value))
    }

    /// `A B=default C="x y"`
    func argumentDeclarations() throws(Diagnostic) -> [ArgumentDeclaration] {
        let words = line.quotedWords(arguments)
        guard !words.isEmpty else { throw error("ARG requires at least one argument") }
        var declarations: [ArgumentDeclaration] = []
        for word in words {
            let equals = equalsSign(in: word)
            let name = word.lowerBound..<(equals ?? word.upperBound)
            guard !name.isEmpty else { throw line.error(word, "ARG names can not be blank") }
            declarations.append(
                ArgumentDeclaration(
                    name: line.text(name), defaultValue: equals.map { line.word($0 + 1..<word.upperBound) },
                    range: line.sourceRange(word)))
        }
        return declarations
    }

    private func equalsSign(in word: Range<Int>) -> Int? {
        word.first { line.bytes[$0] == UInt8(ascii: "=") }
    }
}
