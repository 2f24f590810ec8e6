/// Paragraphs of `Name: value` fields, as dpkg and Python's metadata have them.
struct FieldParagraphs {
    /// One paragraph: the first value of each field, by its name in lower case; continuation lines are dropped.
    typealias Fields = [String: String]

    /// - Parameter names: the fields to keep, in lower case.
    static func all(in content: [UInt8], keeping names: Set<String>) -> [Fields] {
        var paragraphs: [Fields] = []
        var fields: Fields = [:]
        for line in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard let first = line.first else {
                if !fields.isEmpty { paragraphs.append(fields) }
                fields = [:]
                continue
            }
            guard first != UInt8(ascii: " "), first != UInt8(ascii: "\t"),
                let colon = line.firstIndex(of: UInt8(ascii: ":")), line.distance(from: line.startIndex, to: colon) < 64
            else { continue }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            guard names.contains(name), fields[name] == nil else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            fields[name] = String(decoding: value, as: UTF8.self)
        }
        if !fields.isEmpty { paragraphs.append(fields) }
        return paragraphs
    }
}
