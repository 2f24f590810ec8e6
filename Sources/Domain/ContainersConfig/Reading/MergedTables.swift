import TOMLText

/// The merged tables of several files, each value with its source file. Later files override earlier ones key by key.
///
/// An array that ends in `{append=true}` is appended to the existing value, in this file and later ones.
struct MergedTables: Sendable {
    /// A key that has a value.
    struct Setting: Sendable {
        /// The dotted path of the key's table.
        let section: String
        let entry: TOMLTable.Entry
        let file: String

        /// The dotted path of the key.
        var path: String { section.isEmpty ? entry.key : "\(section).\(entry.key)" }
        /// A table with this key alone, for typed access with errors that name the file.
        var table: ConfigTable { ConfigTable(file: file, path: section, values: TOMLTable([entry])) }
    }

    /// The files read, in order.
    private(set) var files: [String] = []
    private var settings: [String: [String: Setting]] = [:]
    private var appending: Set<String> = []
    /// Top-level keys that must be tables.
    private let sections: [String]

    init(sections: [String]) { self.sections = sections }

    /// Reads all files of a configuration.
    init(_ search: ConfigSearch, _ env: ConfigEnvironment, sections: [String]) throws(ConfigError) {
        self.init(sections: sections)
        for file in try search.read(env) { try add(TOMLDocument.parse(file.bytes, file: file.path)) }
    }

    mutating func add(_ root: ConfigTable) throws(ConfigError) {
        files.append(root.file)
        for section in sections { _ = try root.table(section) }
        try add(root.values, to: "", file: root.file)
    }

    private mutating func add(_ table: TOMLTable, to section: String, file: String) throws(ConfigError) {
        for entry in table.entries {
            try set(section, entry, file: file)
            guard case .table(let nested) = entry.value else { continue }
            try add(nested, to: section.isEmpty ? entry.key : "\(section).\(entry.key)", file: file)
        }
    }

    /// The value as a table with one key, for typed access with errors that name its source file.
    func table(_ section: String, _ key: String) -> ConfigTable? { settings[section]?[key]?.table }

    /// The keys with values in a section, in byte order.
    func keys(of section: String) -> [String] {
        (settings[section] ?? [:]).keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// All keys whose values are no tables, by path.
    var all: [Setting] {
        settings.values.flatMap(\.values).filter { setting in
            if case .table = setting.entry.value { return false }
            return true
        }.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private mutating func set(_ section: String, _ entry: TOMLTable.Entry, file: String) throws(ConfigError) {
        let new = Setting(section: section, entry: entry, file: file)
        let earlier = settings[section]?[entry.key]?.entry.value
        var value = entry.value
        switch (value, earlier) {
        case (.array(var items), _):
            if let append = try Self.appends(items, new) {
                items.removeLast()
                if append { appending.insert(new.path) } else { appending.remove(new.path) }
            }
            if case .array(let before) = earlier, appending.contains(new.path) { items = before + items }
            value = .array(items)
        case (.table(let table), .table(let old)): value = .table(old.merging(table))
        default: break
        }
        let merged = TOMLTable.Entry(key: entry.key, value: value, position: entry.position)
        settings[section, default: [:]][entry.key] = Setting(section: section, entry: merged, file: file)
    }

    /// The `append` attribute at the end of an array of strings; nil: there is none.
    private static func appends(_ items: [TOMLValue], _ setting: Setting) throws(ConfigError) -> Bool? {
        guard case .table(let attributes) = items.last, items.dropLast().allSatisfy({ $0.kind == "a string" }) else {
            return nil
        }
        guard attributes.entries.count == 1, case .boolean(let append) = attributes["append"] else {
            throw setting.table.invalid(setting.entry.key, "the only attribute of an array is append = true or false")
        }
        return append
    }
}
