/// A `RUN --device=` flag: `vendor.com/class=name,required`.
package struct DeviceRequest: Sendable, Equatable {
    /// A device, a kind of devices, or a class of them.
    package let name: String
    /// Whether the step fails without it.
    package let isRequired: Bool
    /// The location of the value.
    package let range: SourceRange

    /// Splits the value: fields between commas, of which one is the name, with or without `name=`. As in BuildKit,
    /// variables are not expanded.
    init(_ word: Word, in file: String) throws(Diagnostic) {
        func error(_ message: String) -> Diagnostic {
            Diagnostic(file: file, range: word.range, "RUN --device=\(word.text): \(message)")
        }
        guard let fields = MountFlag.csvFields(word.text) else { throw error("unbalanced quotes") }
        var name = ""
        var isRequired = false
        for field in fields {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(parts[1]) : nil
            switch parts[0].lowercased() {
            case "required":
                guard let flag = Self.bool(value) else {
                    throw error("invalid value for required: \(value ?? "")")
                }
                isRequired = flag
            case "name" where value != nil:
                guard name.isEmpty else { throw error("the name of the device is already \(name)") }
                name = value ?? ""
            case _ where name.isEmpty: name = field
            case let key:
                throw error(
                    "unexpected key \(key.quotedForMessage): expected name and required"
                        + Suggestion.hint(for: key, among: ["name", "required"]))
            }
        }
        guard !name.isEmpty else { throw error("the name of the device is missing") }
        self.name = name
        self.isRequired = isRequired
        range = word.range
    }

    private static func bool(_ text: String?) -> Bool? {
        switch text {
        case nil, "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}
