/// `Link` fields (RFC 8288, section 3).
package enum LinkHeader {
    /// The first target that is related as `relation`; nil where none is. What cannot be understood ends its field.
    package static func target(_ relation: String, in fields: [String]) -> String? {
        for field in fields {
            var scanner = HeaderScanner(field)
            scanner.skipCommas()
            while let target = scanner.bracketed() {
                if scanner.relations().contains(relation) { return target }
                scanner.skipCommas()
            }
        }
        return nil
    }
}

extension HeaderScanner {
    /// The relation types of a link, in lower case; of several `rel` parameters only the first counts.
    fileprivate mutating func relations() -> [String] {
        var found: [String]?
        skipSpace()
        while accept(";") {
            skipSpace()
            if let (name, value) = parameter() {
                if name.lowercased() == "rel", found == nil {
                    found = value.lowercased().split(separator: " ").map(String.init)
                }
            } else {
                // A parameter without a value.
                _ = token()
            }
            skipSpace()
        }
        return found ?? []
    }
}
