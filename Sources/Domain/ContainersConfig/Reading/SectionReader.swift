/// Copies the keys that a file sets in one section to properties that hold the defaults.
struct SectionReader {
    private let tables: MergedTables
    private let section: String

    init(_ tables: MergedTables, section: String) {
        self.tables = tables
        self.section = section
    }

    func string(_ key: String, into value: inout String) throws(ConfigError) {
        if let found = try tables.table(section, key)?.string(key) { value = found }
    }

    func bool(_ key: String, into value: inout Bool) throws(ConfigError) {
        if let found = try tables.table(section, key)?.bool(key) { value = found }
    }

    /// A boolean, or one written as a string.
    func flag(_ key: String, into value: inout Bool) throws(ConfigError) {
        guard let table = tables.table(section, key), let text = try table.text(key), !text.isEmpty else { return }
        guard ["true", "false"].contains(text) else { throw table.invalid(key, "must be true or false") }
        value = text == "true"
    }

    func strings(_ key: String, into value: inout [String]) throws(ConfigError) {
        if let found = try tables.table(section, key)?.strings(key) { value = found }
    }

    func optionalInteger(_ key: String, into value: inout Int64?) throws(ConfigError) {
        if let found = try tables.table(section, key)?.integer(key) { value = Int64(found) }
    }

    /// A non-negative integer.
    func count(_ key: String, into value: inout Int) throws(ConfigError) {
        var found: Int?
        try optionalCount(key, into: &found)
        if let found { value = found }
    }

    /// A non-negative integer without a default.
    func optionalCount(_ key: String, into value: inout Int?) throws(ConfigError) {
        guard let table = tables.table(section, key), let found = try table.integer(key) else { return }
        guard found >= 0 else { throw table.invalid(key, "cannot be negative") }
        value = found
    }

    /// A mode written as a string of octal digits.
    func octal(_ key: String, into value: inout UInt32) throws(ConfigError) {
        guard let table = tables.table(section, key), let text = try table.string(key), !text.isEmpty else { return }
        guard let found = UInt32(text, radix: 8), found <= 0o7777 else {
            throw table.invalid(key, "\"\(text)\" is not an octal mode")
        }
        value = found
    }

    /// A size such as `65536k`, in bytes; the units are powers of 1024.
    func size(_ key: String, into value: inout Int64) throws(ConfigError) {
        guard let table = tables.table(section, key), let text = try table.text(key), !text.isEmpty else { return }
        guard let found = Self.bytes(text), found > 0 else {
            throw table.invalid(key, "\"\(text)\" is not a size: use a number and b, k, m or g")
        }
        value = found
    }

    /// A table of arrays of strings; its keys override those of `value`.
    func lists(_ key: String, into value: inout [String: [String]]) throws(ConfigError) {
        guard try tables.table(section, key)?.table(key) != nil else { return }
        let section = "\(section).\(key)"
        for name in tables.keys(of: section) { value[name] = try tables.table(section, name)?.strings(name) }
    }

    private static func bytes(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let shift: Int64
        switch text.dropFirst(digits.count).lowercased() {
        case "", "b": shift = 0
        case "k", "kb": shift = 10
        case "m", "mb": shift = 20
        case "g", "gb": shift = 30
        default: return nil
        }
        guard let number = Int64(digits) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : product
    }
}
