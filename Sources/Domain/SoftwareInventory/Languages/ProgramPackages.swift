// arithmetic: place, length: checked to be in the bytes

/// The packages that a program is compiled from, as Go and cargo-auditable record them.
enum ProgramPackages {
    private static let limit = 32 << 20

    static func all(in file: ScannedFile) throws -> [SoftwarePackage] {
        guard let sections = try ELFSections(file) else { return [] }
        var packages: [SoftwarePackage] = []
        if let section = try sections.content(".go.buildinfo", limit: limit) {
            packages += GoModules.compiled(from: section, file.location)
        }
        if let section = try sections.content(".dep-v0", limit: limit) {
            packages += CargoPackages.compiled(from: section, file.location)
        }
        return packages
    }
}

/// Go's modules in a program (`debug/buildinfo`). Programs made by Go before 1.18 keep them elsewhere.
enum GoModules {
    private static let magic = [0xFF] + Array(" Go buildinf:".utf8)

    static func compiled(from section: [UInt8], _ location: FileLocation) -> [SoftwarePackage] {
        // The header has 32 bytes; bit 1 of the flags says that two texts follow, each after its length.
        guard section.starts(with: magic), section.count > 32, section[15] & 2 != 0 else { return [] }
        var place = 32
        guard let version = text(section, &place), let modules = text(section, &place) else { return [] }
        var packages: [SoftwarePackage] = []
        if version.starts(with: "go".utf8) {
            let release = String(decoding: version.dropFirst(2).prefix { $0 != 0x20 }, as: UTF8.self)
            packages.append(SoftwarePackage(.go, name: "stdlib", version: release, at: location))
        }
        // The text is between two markers of 16 bytes.
        guard modules.count > 33 else { return packages }
        for line in modules.dropFirst(16).dropLast(16).split(separator: 0x0A) {
            let fields = String(decoding: line, as: UTF8.self).split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count >= 2 else { continue }
            switch fields[0] {
            case "mod" where fields.count >= 3, "dep" where fields.count >= 3:
                let isKnown = fields[2] != "(devel)"
                packages.append(
                    SoftwarePackage(
                        .go, name: String(fields[1]), version: isKnown ? String(fields[2]) : "", at: location))
            case "=>" where fields.count >= 3 && !packages.isEmpty:
                // What replaces the module of the line before.
                packages[packages.count - 1] = SoftwarePackage(
                    .go, name: String(fields[1]), version: String(fields[2]), at: location)
            default: continue
            }
        }
        return packages
    }

    /// A text after its length, a number of seven bits per byte, the lowest first.
    private static func text(_ bytes: [UInt8], _ place: inout Int) -> ArraySlice<UInt8>? {
        var length: UInt64 = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard place < bytes.count else { return nil }
            let byte = bytes[place]
            place += 1
            length |= UInt64(byte & 0x7F) << UInt64(shift)
            guard byte & 0x80 == 0 else { continue }
            guard length <= UInt64(bytes.count - place) else { return nil }
            defer { place += Int(length) }
            return bytes[place..<place + Int(length)]
        }
        return nil
    }
}
