/// A piece of an instruction as written, before expanding variables and removing quotes.
package struct Word: Sendable, Hashable {
    /// As written.
    package let text: String
    /// Its location.
    package let range: SourceRange

    /// Memberwise initializer.
    package init(_ text: String, range: SourceRange) {
        self.text = text
        self.range = range
    }
}

extension String {
    /// In double quotes, with control characters made visible.
    var quotedForMessage: String {
        var quoted = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f: quoted.unicodeScalars.append("\u{fffd}")
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
