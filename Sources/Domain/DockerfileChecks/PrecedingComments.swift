package import DockerfileSyntax

extension Dockerfile {
    /// The comments above an instruction, without `#` and white space, in order: those since the instruction before it,
    /// or since the last empty comment. Directives at the top of the file are none.
    func comments(above instruction: Instruction) -> [String] {
        var comments: [String] = []
        var number = instruction.range.start.line - 1
        while number > directives.lineCount {
            let line = CheckOptions.trimmed(source.line(number))
            number -= 1
            if line.isEmpty { continue }
            guard line.first == "#" else { break }
            let comment = CheckOptions.trimmed(line.dropFirst())
            if comment.isEmpty { break }
            comments.append(comment)
        }
        return comments.reversed()
    }

    /// The description of a stage or an argument: the rest of the comment above it that begins with its name.
    package func description(of name: String, above instruction: Instruction) -> String? {
        for comment in comments(above: instruction) where comment.hasPrefix(name + " ") {
            return String(comment.dropFirst(name.count + 1))
        }
        return nil
    }
}

extension Instruction {
    /// The first word, in the case in which it is written.
    var writtenKeyword: String { String(text.prefix { !$0.isWhitespace }) }
}
