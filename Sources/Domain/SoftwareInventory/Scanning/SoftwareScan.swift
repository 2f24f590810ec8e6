package import LinuxSystem

/// What was found in the files of an image.
package struct SoftwareScan: Sendable {
    /// The packages, in a fixed order, each once per location.
    package internal(set) var packages: [SoftwarePackage] = []
    /// The distribution.
    package internal(set) var system = OperatingSystemRelease()
    /// What could not be read, one line each: packages may be missing.
    package internal(set) var warnings: [String] = []

    /// Looks through the files below a root, which is only read. Symbolic links do not lead out of it; those found on
    /// the way are not followed.
    ///
    /// - Throws: ``InventoryError`` if the database of a distribution's package manager is damaged or has a format that
    ///   is not supported; `LinuxError` if the files cannot be read.
    package init(of root: borrowing RootedDirectory) throws {
        system = OperatingSystemRelease(in: root)
        packages += try DebianPackages.all(in: root)
        packages += try AlpinePackages.all(in: root)
        packages += try RPMPackages.all(in: root)
        var walk = FileWalk()
        try walk.visit(root)
        packages += walk.packages
        warnings = walk.warnings
        // A lock file may list a package several times, with more or less about it.
        var seen: Set<[UInt8]> = []
        packages = packages.filter { package in
            let address = PackageURL.text(of: package, in: system)
            return seen.insert(Array(address.utf8) + [0] + package.location.bytes).inserted
        }.sorted(by: Self.precedes)
    }

    private static func precedes(_ left: SoftwarePackage, _ right: SoftwarePackage) -> Bool {
        let (a, b) = (key(left), key(right))
        return a == b ? left.location < right.location : a.lexicographicallyPrecedes(b)
    }

    /// Compares bytes, which no locale or version of Unicode orders differently.
    private static func key(_ package: SoftwarePackage) -> [UInt8] {
        Array(
            [package.ecosystem.rawValue, package.name, package.version, package.architecture ?? ""]
                .map { Array($0.utf8) }.joined(separator: [0]))
    }
}
