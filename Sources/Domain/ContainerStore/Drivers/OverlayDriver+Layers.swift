import Glibc
import LinuxSystem

extension OverlayDriver: LayerStorage {
    // MARK: Creation

    func prepare(_ prepared: String, parent: String?) throws {
        try testOnce()
        try Files.makeDirectory(prepared, mode: 0o700)
        for name in ["work", "merged"] { try Files.makeDirectory("\(prepared)/\(name)", mode: 0o700) }
        try Files.makeDirectory("\(prepared)/diff", mode: 0o755)
        try matchRoot(of: "\(prepared)/diff", to: parent)
        if parent == nil { try Files.makeDirectory("\(prepared)/empty", mode: 0o700) }
    }

    /// Gives a layer's root directory the mode and owner of its parent's; mode 0555 for a base layer.
    private func matchRoot(of content: String, to parent: String?) throws {
        var mode: UInt32 = 0o555
        if let parent {
            let status = try Files.status("\(layerDirectory(parent))/diff")
            let own = try Files.status(content)
            if own.uid != status.uid || own.gid != status.gid {
                try Files.changeOwner(at: Files.currentDirectory, content, uid: status.uid, gid: status.gid)
            }
            mode = status.permissions
        }
        try Files.changeMode(at: Files.currentDirectory, content, mode: mode)
    }

    func preparedContent(_ prepared: String) -> String { "\(prepared)/diff" }

    func preparedMount(_ prepared: String, parent: String?) throws(StoreError) -> OverlayMount? {
        OverlayMount(
            lower: try parent.map { parent throws(StoreError) in try stack(of: parent) } ?? ["\(prepared)/empty"],
            upper: "\(prepared)/diff", work: "\(prepared)/work", target: "\(prepared)/merged",
            workingDirectory: home, userXattr: usesUserAttributes, restrictions: restrictions)
    }

    func install(
        _ prepared: String, as layer: String, parent: String?, trash: () throws -> TemporaryDirectory
    ) throws {
        let link = Self.newLinkName()
        try Files.writeNewFile("\(prepared)/link", link, mode: 0o644)
        if let parent {
            try Files.writeNewFile("\(prepared)/lower", lowerFile(upon: parent), mode: 0o644)
            if Files.exists("\(prepared)/empty") { try Files.removeTree("\(prepared)/empty") }
        } else if !Files.exists("\(prepared)/empty") {
            try Files.makeDirectory("\(prepared)/empty", mode: 0o700)
        }
        let place = "\(home)/\(layer)"
        // No record names it, or the layer would not be created: leftovers of a dead process.
        if Files.exists(place) { try remove(layer, trash: trash) }
        try Files.rename(prepared, place)
        try Files.symlink(target: "../\(layer)/diff", at: "\(home)/l/\(link)")
    }

    /// The content of the file `lower` for a layer on top of `parent`.
    private func lowerFile(upon parent: String) throws -> String {
        let directory = layerDirectory(parent)
        guard let link = try link(in: directory) else {
            throw StoreError(.corrupt, "layer \(parent) has no short name", subject: parent)
        }
        guard let rest = try Files.readFileIfPresent("\(directory)/lower", limit: 1 << 20), !rest.isEmpty else {
            return "l/\(link)"
        }
        return "l/\(link):" + String(decoding: rest, as: UTF8.self)
    }

    // MARK: Removal

    func remove(_ layer: String, trash: () throws -> TemporaryDirectory) throws {
        let place = "\(home)/\(layer)"
        guard Files.exists(place) else { return }
        // First what may fail for lack of space: a layer that keeps its files must keep its short name.
        let trash = try trash()
        try unmount(layer)
        if let link = try link(in: place) { try? Files.removeFile("\(home)/l/\(link)") }
        try trash.add(place)
    }

    func removeInPlace(_ layer: String) throws {
        let place = "\(home)/\(layer)"
        guard Files.exists(place) else { return }
        try unmount(layer)
        if let link = try link(in: place) { try? Files.removeFile("\(home)/l/\(link)") }
        try Files.removeTree(place)
    }

    func directories() throws -> [String] {
        guard Files.exists(home) else { return [] }
        return try Files.entries(ofDirectory: home).map(\.text).filter(StoreLayout.isFullID)
    }

    func sweep() throws {
        let links = "\(home)/l"
        guard Files.exists(links) else { return }
        for entry in try Files.entries(ofDirectory: links) where entry.kind == .symlink {
            let path = "\(links)/\(entry.text)"
            let target = String(decoding: (try? Files.readSymlink(path)) ?? [], as: UTF8.self)
            // Links to other locations do not belong to this driver.
            let parts = target.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "..", parts[2] == "diff" else { continue }
            if !Files.exists("\(home)/\(parts[1])") { try? Files.removeFile(path) }
        }
    }

    func hasContent(_ layer: String) -> Bool { Files.exists("\(layerDirectory(layer))/diff") }

    func mend(_ layer: String, parent: String?) throws {
        let directory = layerDirectory(layer)
        guard directory == "\(home)/\(layer)" else { return }
        var link = try link(in: directory)
        if link == nil {
            let fresh = Self.newLinkName()
            try Files.replaceFile("\(directory)/link", with: Array(fresh.utf8), mode: 0o644)
            link = fresh
        }
        let target = "../\(layer)/diff"
        if let link, (try? Files.readSymlink("\(home)/l/\(link)")) != Array(target.utf8) {
            try Files.removeTree("\(home)/l/\(link)")
            try Files.symlink(target: target, at: "\(home)/l/\(link)")
        }
        let lower = try parent.map { try lowerFile(upon: $0) } ?? ""
        if lower.isEmpty {
            try Files.removeTree("\(directory)/lower")
        } else {
            try Files.replaceFile("\(directory)/lower", with: Array(lower.utf8), mode: 0o644)
        }
    }

    func problems(of layer: String, parent: String?) -> [String] {
        let directory = layerDirectory(layer)
        guard Files.exists("\(directory)/diff") else { return ["layer \(layer) has no files"] }
        var problems: [String] = []
        do {
            if directory == "\(home)/\(layer)" {
                if let link = try link(in: directory) {
                    let target = try? Files.readSymlink("\(home)/l/\(link)")
                    if target != Array("../\(layer)/diff".utf8) {
                        problems.append("layer \(layer): its short name \(link) leads elsewhere")
                    }
                } else {
                    problems.append("layer \(layer) has no short name")
                }
            }
            let lower = try Files.readFileIfPresent("\(directory)/lower", limit: 1 << 20) ?? []
            let expected = try parent.map { try lowerFile(upon: $0) } ?? ""
            if lower != Array(expected.utf8) { problems.append("layer \(layer): wrong list of lower layers") }
            _ = try stack(of: layer)
        } catch {
            problems.append("layer \(layer): \(error)")
        }
        return problems
    }
}
