import LinuxSystem

// arithmetic: length, offset: 32 bits, in 64
// arithmetic: dataStart: a position in a buffer in memory

/// The installed packages of RPM, from its databases of the kinds `sqlite` and `ndb`.
enum RPMPackages {
    /// The database is read into memory.
    private static let limit = 512 << 20
    private static let directories = ["usr/lib/sysimage/rpm", "var/lib/rpm", "usr/share/rpm"]

    /// - Throws: ``InventoryError`` for a damaged database, and for Berkeley DB's, which RPM gave up in 2020.
    static func all(in root: borrowing RootedDirectory) throws -> [SoftwarePackage] {
        for directory in directories {
            let sqlite = "\(directory)/rpmdb.sqlite"
            if let content = try KnownFile.content(sqlite, in: root, limit: limit) {
                let log = try KnownFile.content(sqlite + "-wal", in: root, limit: limit) ?? []
                return try headers(sqlite) {
                    try SQLiteFile(content, log: log).rows(ofTable: "Packages").compactMap(\.last)
                }
            }
            let ndb = "\(directory)/Packages.db"
            if let content = try KnownFile.content(ndb, in: root, limit: limit) {
                return try headers(ndb) { try NDBFile.blobs(in: content) }
            }
        }
        for directory in directories {
            let old = "\(directory)/Packages"
            guard let content = try KnownFile.content(old, in: root, limit: limit), !content.isEmpty else { continue }
            throw InventoryError(
                "/\(old): RPM databases in Berkeley DB format are not supported: convert it with rpmdb --rebuilddb")
        }
        return []
    }

    private static func headers(_ path: String, _ blobs: () throws -> [[UInt8]]) throws -> [SoftwarePackage] {
        do {
            return try blobs().compactMap { try package($0, FileLocation(path)) }
        } catch let error as InventoryError {
            throw InventoryError("/\(path): \(error)")
        }
    }

    private static func package(_ blob: [UInt8], _ location: FileLocation) throws -> SoftwarePackage? {
        let header = try RPMHeader(blob)
        guard let name = header.text(.name), let version = header.text(.version) else {
            throw InventoryError("a package without name or version")
        }
        // Keys are recorded like packages.
        if name == "gpg-pubkey" { return nil }
        let release = header.text(.release)
        var package = SoftwarePackage(
            .rpm, name: name, version: release.map { "\(version)-\($0)" } ?? version, at: location)
        package.architecture = header.text(.architecture)
        package.license = header.text(.license)
        package.supplier = header.text(.vendor)
        package.epoch = header.number(.epoch).map { "\($0)" }
        package.source = header.text(.sourcePackage)
        return package
    }
}

/// The header of one package, as RPM's databases have it: an index of tags, and their data.
struct RPMHeader {
    enum Tag: UInt32 {
        case name = 1000
        case version = 1001
        case release = 1002
        case epoch = 1003
        case vendor = 1011
        case license = 1014
        case architecture = 1022
        case sourcePackage = 1044
    }

    private let bytes: [UInt8]
    private let dataStart: Int
    /// Type and offset of each tag of interest.
    private var entries: [UInt32: (type: UInt32, offset: Int)] = [:]

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        guard let count = BinaryText.big32(bytes, 0), let length = BinaryText.big32(bytes, 4), count <= 1 << 16,
            length <= 256 << 20, bytes.count >= 8 + Int(count) * 16 + Int(length)
        else { throw InventoryError("a damaged package header") }
        dataStart = 8 + Int(count) * 16
        for index in 0..<Int(count) {
            let place = 8 + index * 16
            guard let tag = BinaryText.big32(bytes, place), Tag(rawValue: tag) != nil,
                let type = BinaryText.big32(bytes, place + 4), let offset = BinaryText.big32(bytes, place + 8),
                offset < length
            else { continue }
            entries[tag] = (type, Int(offset))
        }
    }

    /// A string, the first of several (types 6, 8 and 9).
    func text(_ tag: Tag) -> String? {
        guard let entry = entries[tag.rawValue], [6, 8, 9].contains(entry.type) else { return nil }
        return String(decoding: bytes[(dataStart + entry.offset)...].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// A 32-bit number (type 4).
    func number(_ tag: Tag) -> UInt32? {
        guard let entry = entries[tag.rawValue], entry.type == 4 else { return nil }
        return BinaryText.big32(bytes, dataStart + entry.offset)
    }
}
