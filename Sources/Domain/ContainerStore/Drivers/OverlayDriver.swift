import Glibc
import LinuxSystem

/// Layers as directories of changes that the kernel's overlayfs combines (`overlay/ID/{diff,link,lower,work,...}`).
package struct OverlayDriver: GraphDriver {
    package let usesUserAttributes: Bool
    /// `<graphroot>/overlay`.
    let home: String
    /// `<runroot>/overlay`.
    let runHome: String
    /// The records of layers.
    let layersFile: String
    /// The graph roots of additional, read-only stores.
    let additionalStores: [String]

    /// Whether to bind-mount the directory on itself before mounting (not with the option `skip_mount_home`).
    let mountsHome: Bool
    /// See `OverlayMount.restrictions`.
    let restrictions: [String]

    package var name: String { "overlay" }
    package var holdsChangesOnly: Bool { true }

    init(layout: StoreLayout, additionalStores: [String], userXattr: Bool, mountsHome: Bool, restrictions: [String]) {
        home = layout.driverHome
        runHome = layout.driverRunDirectory
        layersFile = layout.layersFile
        self.additionalStores = additionalStores
        usesUserAttributes = userXattr
        self.mountsHome = mountsHome
        self.restrictions = restrictions
    }

    // MARK: Paths

    package func layerDirectory(_ layer: String) -> String {
        let own = "\(home)/\(layer)"
        if additionalStores.isEmpty || Files.exists(own) { return own }
        for store in additionalStores {
            let other = "\(store)/overlay/\(layer)"
            if Files.exists(other) { return other }
        }
        return own
    }

    package func contentDirectory(_ layer: String) -> String { "\(layerDirectory(layer))/diff" }

    package func contentDirectories(of layer: String) throws(StoreError) -> [String] {
        try stack(of: layer).map { $0.hasPrefix("/") ? $0 : "\(home)/\($0)" }
    }

    /// The layer and its parents in the form of `lowerdir`, nearest first, relative to `home` where possible.
    func stack(of layer: String) throws(StoreError) -> [String] {
        let directory = layerDirectory(layer)
        return try StoreError.mapping {
            guard Files.exists("\(directory)/diff") else {
                throw StoreError(.corrupt, "layer \(layer) has no files in \(directory)", subject: layer)
            }
            // Its directory has files by their digests, and their names in an image of a file system.
            guard !Files.exists("\(directory)/composefs-data/composefs.blob") else {
                throw Self.composefs(layer)
            }
            return [try shortName(of: layer, in: directory)] + (try lowers(in: directory, of: layer))
        }
    }

    private static func composefs(_ layer: String) -> StoreError {
        StoreError(
            .driver,
            "layer \(layer) is stored in composefs format, which is not supported: pull its image without use_composefs",
            subject: layer)
    }

    private func shortName(of layer: String, in directory: String) throws -> String {
        if directory == "\(home)/\(layer)", let link = try link(in: directory), Files.exists("\(home)/l/\(link)/.") {
            return "l/\(link)"
        }
        return "\(directory)/diff"
    }

    private func lowers(in directory: String, of layer: String) throws -> [String] {
        guard let bytes = try Files.readFileIfPresent("\(directory)/lower", limit: 1 << 20) else { return [] }
        var isRepaired = false
        return try bytes.split(separator: UInt8(ascii: ":")).map { part in
            let name = String(decoding: part, as: UTF8.self)
            guard name.hasPrefix("l/"), Self.isLinkName(name.dropFirst(2)) else {
                throw StoreError(.corrupt, "layer \(layer) has an invalid list of lower layers", subject: layer)
            }
            if let found = find(name) {
                try checkFormat(of: found, in: layer)
                return found
            }
            if !isRepaired {
                try recreateLinks()
                isRepaired = true
            }
            guard let found = find(name) else {
                throw StoreError(.corrupt, "layer \(layer) has the parent \(name), which is missing", subject: layer)
            }
            return found
        }
    }

    private func checkFormat(of lower: String, in layer: String) throws(StoreError) {
        let content = lower.hasPrefix("/") ? lower : "\(home)/\(lower)"
        guard Files.exists("\(content)/../composefs-data/composefs.blob") else { return }
        throw Self.composefs(layer)
    }

    /// The path of a short name: relative if this store has it, otherwise absolute in an additional one.
    private func find(_ name: String) -> String? {
        if Files.exists("\(home)/\(name)/.") { return name }
        for store in additionalStores where Files.exists("\(store)/overlay/\(name)/.") {
            return "\(store)/overlay/\(name)"
        }
        return nil
    }

    /// The short name recorded by the layer in `directory`.
    func link(in directory: String) throws -> String? {
        guard let bytes = try Files.readFileIfPresent("\(directory)/link", limit: 4096) else { return nil }
        let link = String(decoding: bytes, as: UTF8.self)
        return Self.isLinkName(link[...]) ? link : nil
    }

    static func isLinkName(_ name: Substring) -> Bool {
        name.utf8.count == 26
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }

    /// A fresh short name: 26 characters of base 32.
    static func newLinkName() -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        return String(decoding: RandomBytes.bytes(26).map { digits[Int($0 & 31)] }, as: UTF8.self)
    }

    /// Recreates short names that were lost, such as in a system crash.
    func recreateLinks() throws {
        for layer in try directories() {
            guard let link = try link(in: "\(home)/\(layer)") else { continue }
            let path = "\(home)/l/\(link)"
            if !Files.exists(path) { try? Files.symlink(target: "../\(layer)/diff", at: path) }
        }
    }
}
