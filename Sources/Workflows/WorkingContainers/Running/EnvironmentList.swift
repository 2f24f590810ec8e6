/// Unique environment variables in the order in which they were first set.
package struct EnvironmentList {
    /// `NAME=value` each.
    package private(set) var entries: [String] = []
    private var positions: [Substring: Int] = [:]

    /// Creates a list from entries, of which later ones win. Entries without `=` are ignored.
    package init(_ entries: [String] = []) {
        for entry in entries { set(entry) }
    }

    package func has(_ name: some StringProtocol) -> Bool { positions[Substring(name)] != nil }

    package mutating func set(_ name: String, _ value: String) { set("\(name)=\(value)") }

    /// Sets a complete entry.
    package mutating func set(_ entry: String) {
        guard let equals = entry.firstIndex(of: "=") else { return }
        let name = entry[..<equals]
        if let position = positions[name] {
            entries[position] = entry
        } else {
            positions[name] = entries.count
            entries.append(entry)
        }
    }

    /// Sets an entry if its name is not yet set.
    package mutating func setDefault(_ entry: String) {
        if !has(entry.prefix { $0 != "=" }) { set(entry) }
    }

    package mutating func remove(_ name: String) {
        self = EnvironmentList(entries.filter { !$0.hasPrefix(name + "=") })
    }
}
