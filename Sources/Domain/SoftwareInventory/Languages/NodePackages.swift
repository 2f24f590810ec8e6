import JSONText

/// npm's packages: `package.json` below `node_modules`, and `package-lock.json`.
enum NodePackages {
    static func described(by content: [UInt8], _ location: FileLocation) throws -> [SoftwarePackage] {
        let object = try parse(content)
        // Packages need no description of their own: without name and version it is none.
        guard let name = object["name"]?.string, let version = object["version"]?.string, !name.isEmpty else {
            return []
        }
        var package = SoftwarePackage(.node, name: name, version: version, at: location)
        package.license = object["license"]?.string ?? object["license"]?["type"]?.string
        package.supplier = object["author"]?.string ?? object["author"]?["name"]?.string
        return [package]
    }

    /// Versions 1 (`dependencies`, nested) to 3 (`packages`, by their paths).
    static func locked(by content: [UInt8], _ location: FileLocation) throws -> [SoftwarePackage] {
        let object = try parse(content)
        if let packages = object["packages"]?.object {
            return packages.compactMap { path, value in
                guard !path.isEmpty, value["link"]?.bool != true, let version = value["version"]?.string,
                    let name = value["name"]?.string ?? name(ofPath: path)
                else { return nil }
                var package = SoftwarePackage(.node, name: name, version: version, at: location)
                package.license = value["license"]?.string
                return package
            }
        }
        var found: [SoftwarePackage] = []
        var pending = object["dependencies"]?.object.map { [$0] } ?? []
        // The parser bounds the nesting.
        while let dependencies = pending.popLast() {
            for (name, value) in dependencies {
                if let version = value["version"]?.string {
                    found.append(SoftwarePackage(.node, name: name, version: version, at: location))
                }
                if let nested = value["dependencies"]?.object { pending.append(nested) }
            }
        }
        return found
    }

    /// The name after the last `node_modules/`.
    private static func name(ofPath path: String) -> String? {
        guard let range = path.ranges(of: "node_modules/").last else { return nil }
        let name = path[range.upperBound...]
        return name.isEmpty ? nil : String(name)
    }

    private static func parse(_ content: [UInt8]) throws -> JSONObject {
        let text = content.starts(with: [0xEF, 0xBB, 0xBF]) ? content.dropFirst(3) : content[...]
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: text)
        } catch {
            throw InventoryError("not valid JSON: \(error)")
        }
        guard let object = value.object else { throw InventoryError("not a JSON object") }
        return object
    }
}
