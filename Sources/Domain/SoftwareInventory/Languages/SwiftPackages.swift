import JSONText

/// Swift packages: `Package.resolved`, versions 1 to 3.
enum SwiftPackages {
    static func resolved(by content: [UInt8], _ location: FileLocation) throws -> [SoftwarePackage] {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: content)
        } catch {
            throw InventoryError("not valid JSON: \(error)")
        }
        let pins = value["pins"]?.array ?? value["object"]?["pins"]?.array ?? []
        return pins.compactMap { pin in
            guard let address = pin["location"]?.string ?? pin["repositoryURL"]?.string, let state = pin["state"] else {
                return nil
            }
            let version = state["version"]?.string ?? state["branch"]?.string ?? state["revision"]?.string ?? ""
            // A package of a registry has an identity instead of an address.
            let name = address.isEmpty ? pin["identity"]?.string ?? "" : repository(of: address)
            return name.isEmpty ? nil : SoftwarePackage(.swift, name: name, version: version, at: location)
        }
    }

    /// `github.com/apple/swift-nio`, without scheme, credentials and suffix.
    private static func repository(of address: String) -> String {
        var rest = address[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        let authority = rest.prefix { $0 != "/" }
        if let at = authority.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        var text = rest.split(separator: "/").joined(separator: "/")
        // `git@HOST:PATH`
        if !address.contains("://"), let colon = text.firstIndex(of: ":") {
            text.replaceSubrange(colon...colon, with: "/")
        }
        return text.hasSuffix(".git") ? String(text.dropLast(4)) : text
    }
}
