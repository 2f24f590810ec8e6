import ContentDigest
import DockerfileSyntax
import ImageModel

// COPY, ADD, and unexplained layers.
extension RecoveryRun {
    func contents(of layer: Int?) -> LayerContents? { layer.flatMap { request.layers[$0] } }

    /// A description of a layer.
    func notes(on layer: Int?) -> [String] {
        guard let layer, request.config.rootfs.diffIDs.indices.contains(layer) else { return [] }
        let digest = request.config.rootfs.diffIDs[layer].description
        guard let contents = request.layers[layer] else { return ["layer \(layer + 1), \(digest)"] }
        var parts = ["\(contents.files) file\(contents.files == 1 ? "" : "s")"]
        if contents.directories > 0 {
            parts.append("\(contents.directories) director\(contents.directories == 1 ? "y" : "ies")")
        }
        if contents.removed > 0 { parts.append("\(contents.removed) removed") }
        parts.append("\(contents.bytes) bytes")
        var notes = ["layer \(layer + 1), \(digest): \(parts.joined(separator: ", "))"]
        for file in contents.largest.prefix(5) {
            notes.append("  /\(SanitizedText.line(file.path, limit: 120)) (\(file.size) bytes)")
        }
        if contents.files > 5 { notes.append("  ...") }
        return notes
    }

    /// `COPY file:HASH in /place ` as Docker and Buildah record it, or the words of the Dockerfile.
    mutating func addCopy(_ keyword: Keyword, _ text: String, _ entry: Entry) {
        if let record = CopyRecord(text) {
            let found = contents(of: entry.layer)
            let sources = record.sources(
                keyword, found ?? contents(of: entry.nextLayer), from: replay.config.workingDir)
            // Files unpacked from an archive keep the archive's owners.
            let isArchive = keyword == .add && sources.first?.hasSuffix(".tar") ?? false
            let known = isArchive ? nil : found?.owner
            let owner = known.flatMap { $0.uid == 0 && $0.gid == 0 ? nil : "\($0.uid):\($0.gid)" }
            if let copy = InstructionWriter.copy(keyword, sources, to: record.destination, owner: owner) {
                return add(
                    copy, .guess, "only the destination and the digest of the sources are recorded: \(record.digest)",
                    notes: notes(on: entry.layer))
            }
        } else if let parsed = InstructionWriter.parse("\(keyword.rawValue) \(text)"), parsed.heredocs.isEmpty {
            return add(
                "\(keyword.rawValue) \(text)", .likely,
                "as recorded; the copied files are not in the image's history", notes: notes(on: entry.layer))
        }
        addUnknown(entry, said: "\(keyword.rawValue) \(text)")
    }

    /// An entry that matches no known instruction.
    mutating func addUnknown(_ entry: Entry, said: String) {
        let text = said.isEmpty ? "the history says nothing about this step" : "the history says only: \(said)"
        guard let layer = entry.layer else { return remark(.guess, text) }
        addLayer(layer, reason: text)
    }

    /// An instruction that adds a whole layer, from an archive or directory that the user has to provide.
    private mutating func addLayer(_ layer: Int, reason: String) {
        let contents = request.layers[layer]
        if let contents, contents.isEmpty { return remark(.certain, "\(reason) (its layer is empty)") }
        let notes = notes(on: layer)
        if hasPendingChanges {
            return remark(.likely, reason, notes: ["this layer contains the changes of the steps above"] + notes)
        }
        if layer == 0 {
            return add(
                "ADD rootfs.tar /", .guess, reason, notes: notes + ["rootfs.tar stands for this layer's archive"])
        }
        add(
            "ADD layer-\(layer + 1).tar /", .guess, reason,
            notes: notes + ["layer-\(layer + 1).tar stands for this layer's archive"]
                + (contents.map { $0.removed > 0 } ?? false ? ["files that it deletes must be deleted by hand"] : []))
    }

    /// Handles a layer of an instruction that does not change files.
    mutating func accountForLayer(of entry: Entry, _ keyword: Keyword) {
        guard let layer = entry.layer, keyword != .workdir else { return }
        if let contents = request.layers[layer], contents.isEmpty { return }
        addLayer(layer, reason: "a layer that \(keyword.rawValue) does not explain")
    }

    mutating func addUnrecordedLayers(after entries: [Entry]) {
        let first = request.base?.base.config.rootfs.diffIDs.count ?? 0
        let next = entries.compactMap(\.layer).last.map { $0 + 1 } ?? first
        let count = request.config.rootfs.diffIDs.count
        for layer in next..<max(next, count) { addLayer(layer, reason: "a layer without an entry in the history") }
    }
}

/// `file:HASH in /place `.
struct CopyRecord {
    let kind: Substring
    let digest: Substring
    let destination: String

    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        kind = text[..<colon]
        let rest = text[text.index(after: colon)...]
        digest = rest.prefix { $0.isHexDigit }
        guard ["file", "dir", "multi"].contains(kind), digest.utf8.count >= 32 else { return nil }
        let place = rest[digest.endIndex...]
        guard !place.isEmpty else {
            destination = "/"
            return
        }
        guard place.hasPrefix(" in ") else { return nil }
        var path = place.dropFirst(4)
        if path.hasSuffix(" ") { path = path.dropLast() }
        guard !path.isEmpty else { return nil }
        destination = String(path)
    }

    /// Names for the sources: those of the layer's files at the destination, otherwise invented ones.
    func sources(_ keyword: Keyword, _ contents: LayerContents?, from directory: String) -> [String] {
        let whole = destination.hasPrefix("/") ? destination : "\(directory)/\(destination)"
        let place = whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        let last = place.split(separator: "/").last.map(String.init)
        let names = contents?.names ?? []
        let below =
            place.isEmpty
            ? names
            : names.filter { $0.hasPrefix(place + "/") }.map {
                String($0.dropFirst(place.count + 1))
            }
        switch kind {
        case "dir": return ["\(last ?? "rootfs")/"]
        case "multi":
            var seen: Set<String> = []
            let tops = below.compactMap { $0.split(separator: "/").first.map(String.init) }
            let sources = tops.filter { seen.insert($0).inserted && !WildcardPattern.hasWildcards($0) }
            return sources.count > 1 ? sources : ["\(last ?? "files")/"]
        default:
            if names.contains(place), let last { return [last] }
            let files = contents?.files ?? 0
            let isUnpacked = files > 1 || below.first?.contains("/") ?? false
            if keyword == .add, isUnpacked { return ["\(last ?? "rootfs").tar"] }
            if files == 1, let name = below.first?.split(separator: "/").last { return [String(name)] }
            if !destination.hasSuffix("/"), let last { return [last] }
            return ["file-\(digest.prefix(12))"]
        }
    }
}
