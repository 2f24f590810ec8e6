import JSONText
import StreamCompression
import TOMLText

/// Rust's packages: `Cargo.lock`, and what cargo-auditable leaves in programs.
enum CargoPackages {
    static func locked(by content: [UInt8], _ location: FileLocation) throws -> [SoftwarePackage] {
        let table: TOMLTable
        do throws(TOMLError) {
            table = try TOMLTable(parsing: content, maximumSize: PackageFile.cargoLock.limit)
        } catch {
            throw InventoryError("not valid TOML: \(error)")
        }
        guard case .array(let entries)? = table["package"] else { return [] }
        return entries.compactMap { entry in
            guard case .table(let entry) = entry, case .string(let name)? = entry["name"],
                case .string(let version)? = entry["version"], !name.isEmpty
            else { return nil }
            return SoftwarePackage(.cargo, name: name, version: version, at: location)
        }
    }

    /// The content of a program's section `.dep-v0`: JSON, compressed with zlib; nothing if it is malformed.
    static func compiled(from section: [UInt8], _ location: FileLocation) -> [SoftwarePackage] {
        guard let text = Zlib.decompress(section, limit: 64 << 20), let value = try? JSONValue(parsing: text),
            let entries = value["packages"]?.array
        else { return [] }
        return entries.compactMap { entry in
            guard let name = entry["name"]?.string, let version = entry["version"]?.string, !name.isEmpty,
                entry["kind"]?.string != "build"
            else { return nil }
            return SoftwarePackage(.cargo, name: name, version: version, at: location)
        }
    }
}
