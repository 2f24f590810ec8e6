import JSONText
import LinuxSystem

/// How often and where a layer is mounted.
struct MountRecord: Equatable {
    var path: String
    var count: Int64
}

/// The contents of `mountpoints.json`.
struct MountTable: Equatable {
    private(set) var order: [String] = []
    private(set) var records: [String: MountRecord] = [:]

    static func read(_ path: String) throws -> MountTable {
        var table = MountTable()
        guard let bytes = try Files.readFileIfPresent(path), !bytes.isEmpty else { return table }
        guard let array = (try? JSONValue(parsing: bytes))?.array else {
            throw StoreError(.corrupt, "cannot read \(path)", subject: path)
        }
        for value in array {
            guard let id = value["id"]?.string, let mountPoint = value["path"]?.string else { continue }
            table[id] = MountRecord(path: mountPoint, count: value["count"]?.integer ?? 0)
        }
        return table
    }

    subscript(id: String) -> MountRecord? {
        get { records[id] }
        set {
            if newValue == nil {
                order.removeAll { $0 == id }
            } else if records[id] == nil {
                order.append(id)
            }
            records[id] = newValue
        }
    }

    func write(_ path: String) throws {
        let array = order.compactMap { id in
            records[id].map { record in
                JSONValue.object([
                    "id": .string(id), "path": .string(record.path), "count": .integer(record.count),
                ])
            }
        }
        // Not synced, since it is below the run root: after a system crash there are no mounts.
        try Files.replaceFile(path, with: JSONValue.array(array).serialized(escapeHTML: true), synchronize: false)
    }
}
