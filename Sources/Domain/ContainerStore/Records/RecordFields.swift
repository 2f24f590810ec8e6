import ContentDigest
import JSONText

/// Extracts the known fields from a record of the store's JSON files and keeps the rest.
///
/// An absent field and `null` are equivalent, as for the Go tools that write them.
struct RecordFields {
    /// What has not been read yet; after decoding, the fields unknown to this version.
    private(set) var rest: JSONObject

    init(_ value: JSONValue) throws(StoreError) {
        guard let object = value.object else {
            throw StoreError(.corrupt, "a record is \(value.kindDescription) instead of an object")
        }
        rest = object
    }

    private mutating func take(_ key: String) -> JSONValue? {
        guard let value = rest.remove(key), !value.isNull else { return nil }
        return value
    }

    private func wrong(_ key: String) -> StoreError {
        StoreError(.corrupt, "a record's field \"\(key)\" has the wrong type")
    }

    mutating func string(_ key: String) throws(StoreError) -> String? {
        guard let value = take(key) else { return nil }
        guard let string = value.string else { throw wrong(key) }
        return string
    }

    mutating func integer(_ key: String) throws(StoreError) -> Int64? {
        guard let value = take(key) else { return nil }
        guard let integer = value.integer else { throw wrong(key) }
        return integer
    }

    mutating func strings(_ key: String) throws(StoreError) -> [String] {
        guard let value = take(key) else { return [] }
        guard let array = value.array else { throw wrong(key) }
        var strings: [String] = []
        strings.reserveCapacity(array.count)
        for element in array {
            guard let string = element.string else { throw wrong(key) }
            strings.append(string)
        }
        return strings
    }

    mutating func ids(_ key: String) throws(StoreError) -> [UInt32] {
        guard let value = take(key) else { return [] }
        guard let array = value.array else { throw wrong(key) }
        var ids: [UInt32] = []
        for element in array {
            guard let integer = element.integer, let id = UInt32(exactly: integer) else { throw wrong(key) }
            ids.append(id)
        }
        return ids
    }

    mutating func object(_ key: String) throws(StoreError) -> JSONObject {
        guard let value = take(key) else { return JSONObject() }
        guard let object = value.object else { throw wrong(key) }
        return object
    }

    /// A value that is kept unchanged.
    mutating func value(_ key: String) -> JSONValue? { take(key) }

    mutating func digest(_ key: String) throws(StoreError) -> Digest? {
        guard let text = try string(key), !text.isEmpty else { return nil }
        guard let digest = Digest(text) else { throw wrong(key) }
        return digest
    }

    mutating func id() throws(StoreError) -> String {
        guard let id = try string("id"), StoreLayout.isSafeID(id) else {
            throw StoreError(.corrupt, "a record has no valid id")
        }
        return id
    }

    mutating func sizes(_ key: String) throws(StoreError) -> [String: Int64] {
        var sizes: [String: Int64] = [:]
        for (name, value) in try object(key) {
            guard let size = value.integer else { throw wrong(key) }
            sizes[name] = size
        }
        return sizes
    }

    mutating func texts(_ key: String) throws(StoreError) -> [String: String] {
        var texts: [String: String] = [:]
        for (name, value) in try object(key) {
            guard let text = value.string else { throw wrong(key) }
            texts[name] = text
        }
        return texts
    }
}

/// Writes a record's fields in the format's order, omitting empty ones like the Go tools.
struct RecordBuilder {
    private(set) var object = JSONObject()

    mutating func set(_ key: String, _ text: String, always: Bool = false) {
        if always || !text.isEmpty { object[key] = .string(text) }
    }

    mutating func set(_ key: String, _ texts: [String]) {
        if !texts.isEmpty { object[key] = .array(texts.map { .string($0) }) }
    }

    mutating func set(_ key: String, _ number: Int64) {
        if number != 0 { object[key] = .integer(number) }
    }

    mutating func set(_ key: String, _ ids: [UInt32]) {
        if !ids.isEmpty { object[key] = .array(ids.map { .integer(Int64($0)) }) }  // arithmetic: ids of 32 bits
    }

    mutating func set(_ key: String, _ value: JSONValue?) {
        if let value { object[key] = value }
    }

    mutating func set(_ key: String, _ members: JSONObject) {
        if !members.isEmpty { object[key] = .object(members) }
    }

    mutating func set(_ key: String, _ sizes: [String: Int64]) {
        set(key, JSONObject(sizes.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }))
    }

    mutating func set(_ key: String, _ texts: [String: String]) {
        set(key, JSONObject(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    /// Adds the fields unknown to this version.
    mutating func add(_ rest: JSONObject) {
        for (key, value) in rest where !object.contains(key) { object[key] = value }
    }
}
