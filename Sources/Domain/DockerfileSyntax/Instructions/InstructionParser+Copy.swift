extension InstructionParser {
    /// `COPY|ADD [flags] SOURCE... DESTINATION`, also in JSON form and with heredocs as sources.
    func copy() throws(Diagnostic) -> CopyInstruction {
        let own = keyword == .copy ? ["from", "parents"] : ["checksum", "keep-git-dir", "unpack"]
        try flags.check(known: own + ["chown", "chmod", "link"], repeatable: ["exclude"])
        var words = try jsonOrPlainWords()
        guard let destination = words.popLast() else {
            throw error("\(keyword.rawValue) requires at least two arguments")
        }
        guard !words.isEmpty else {
            throw error(
                "\(keyword.rawValue) requires at least two arguments, but only one was provided. "
                    + "Destination could not be determined")
        }
        guard Heredoc(word: destination.text, range: destination.range) == nil else {
            throw Diagnostic(
                file: line.source.file, range: destination.range,
                "\(keyword.rawValue) cannot accept a heredoc as a destination")
        }
        // The JSON form has no heredocs: there `<<x` is a file name.
        let sources = heredocs.isEmpty ? words : words.filter { Heredoc(word: $0.text, range: $0.range) == nil }
        return CopyInstruction(
            sources: sources, inlineFiles: heredocs, destination: destination, from: try flags.value("from"),
            chown: try flags.value("chown"), chmod: try flags.value("chmod"), link: try flags.bool("link") ?? false,
            excludes: try flags.values("exclude"), parents: try flags.bool("parents") ?? false,
            checksum: try flags.value("checksum"), keepGitDirectory: try flags.bool("keep-git-dir") ?? false,
            unpack: try flags.bool("unpack"))
    }
}
