/// The files by whose names packages are found anywhere in an image.
enum PackageFile {
    case pythonMetadata, nodePackage, nodeLock, cargoLock, swiftResolution

    /// - Returns: nil for a file that says nothing of packages.
    init?(name: [UInt8], path: [UInt8]) {
        func isIn(_ suffix: StaticString) -> Bool {
            let parent = path.dropLast(name.count + 1)
            return parent.count >= suffix.utf8CodeUnitCount
                && parent.suffix(suffix.utf8CodeUnitCount).elementsEqual(Self.bytes(suffix))
        }
        if Self.equals(name, "METADATA"), isIn(".dist-info") {
            self = .pythonMetadata
        } else if Self.equals(name, "PKG-INFO"), isIn(".egg-info") {
            self = .pythonMetadata
        } else if name.count > 9, name.suffix(9).elementsEqual(Self.bytes(".egg-info")) {
            self = .pythonMetadata
        } else if Self.equals(name, "package.json"), Self.isNodePackage(path) {
            self = .nodePackage
        } else if Self.equals(name, "package-lock.json"), !Self.contains(path, "node_modules/") {
            self = .nodeLock
        } else if Self.equals(name, "Cargo.lock") {
            self = .cargoLock
        } else if Self.equals(name, "Package.resolved") {
            self = .swiftResolution
        } else {
            return nil
        }
    }

    /// The largest file that is read, in bytes.
    var limit: Int {
        switch self {
        case .pythonMetadata, .nodePackage: 4 << 20
        case .nodeLock, .cargoLock, .swiftResolution: 64 << 20
        }
    }

    /// - Throws: ``InventoryError`` if the file is malformed.
    func packages(_ content: [UInt8], _ location: FileLocation) throws -> [SoftwarePackage] {
        switch self {
        case .pythonMetadata: PythonPackages.described(by: content, location)
        case .nodePackage: try NodePackages.described(by: content, location)
        case .nodeLock: try NodePackages.locked(by: content, location)
        case .cargoLock: try CargoPackages.locked(by: content, location)
        case .swiftResolution: try SwiftPackages.resolved(by: content, location)
        }
    }

    /// `node_modules/NAME/package.json` or `node_modules/@SCOPE/NAME/package.json`: others below a package are none.
    private static func isNodePackage(_ path: [UInt8]) -> Bool {
        let parts = path.split(separator: UInt8(ascii: "/"))
        if parts.count >= 3, equals(Array(parts[parts.count - 3]), "node_modules") { return true }
        return parts.count >= 4 && equals(Array(parts[parts.count - 4]), "node_modules")
            && parts[parts.count - 3].first == UInt8(ascii: "@")
    }

    private static func contains(_ path: [UInt8], _ part: StaticString) -> Bool {
        path.firstRange(of: Array(bytes(part))) != nil
    }

    private static func equals(_ name: [UInt8], _ text: StaticString) -> Bool { name.elementsEqual(bytes(text)) }

    private static func bytes(_ text: StaticString) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }
}
