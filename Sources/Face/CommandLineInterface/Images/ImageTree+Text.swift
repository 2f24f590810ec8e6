import ContentDigest
import DockerfileRecovery
import ImageModel

/// The tree as text for 80 columns.
struct ImageTreeText {
    /// Whether digests and commands are not truncated.
    let isWhole: Bool

    /// A line with its children.
    private struct Item {
        var title: String
        var details: [String] = []
        var children: [Item] = []
    }

    func lines(_ tree: ImageTree) -> [String] {
        var lines = [SanitizedText.line(tree.name)]
        add([item(tree.root)], prefix: "", to: &lines)
        return lines.map(fitted)
    }

    private func add(_ items: [Item], prefix: String, to lines: inout [String]) {
        for (index, item) in items.enumerated() {
            let isLast = index == items.count - 1
            let below = prefix + (isLast ? "   " : "│  ")
            lines.append("\(prefix)\(isLast ? "└─ " : "├─ ")\(item.title)")
            for detail in item.details { lines.append("\(below)\(item.children.isEmpty ? "   " : "│  ")\(detail)") }
            add(item.children, prefix: below, to: &lines)
        }
    }

    private func fitted(_ line: String) -> String {
        if isWhole || line.count <= 80 { return line }
        return line.prefix(79) + "…"
    }

    // MARK: Items

    private func item(_ node: ImageTree.Node) -> Item {
        let kind = node.mediaType.isIndex ? "index" : "manifest"
        var title = "\(kind) \(short(node.digest))  \(HumanUnits.size(node.size))"
        if let platform = node.platform { title += "  \(SanitizedText.line(platform.description))" }
        if !node.isPresent { title += "  (missing)" }
        var item = Item(title: title, details: [SanitizedText.line(node.mediaType.rawValue)])
        if let type = node.artifactType { item.details.append("artifact type \(SanitizedText.line(type))") }
        if let failure = node.referrersFailure {
            item.details.append("its referrers are unknown: \(SanitizedText.line(failure))")
        }
        item.children = node.manifests.map(self.item)
        if let config = node.config {
            item.children.append(
                Item(
                    title: "config \(short(config.digest))  \(HumanUnits.size(config.size))",
                    details: [SanitizedText.line(config.mediaType.rawValue)]))
        }
        var shown: Set<Int> = []
        for step in node.steps {
            let words = HistorySummary.text(step.history.createdBy ?? "")
            let text = words.isEmpty ? "(not recorded)" : words
            guard let layer = step.layer else {
                item.children.append(Item(title: "step  \(text)"))
                continue
            }
            shown.insert(layer)
            item.children.append(self.item(node.layers[layer], number: layer + 1, step: text))
        }
        for index in node.layers.indices where !shown.contains(index) {
            item.children.append(self.item(node.layers[index], number: index + 1, step: nil))
        }
        item.children += node.referrers.map(self.item)
        return item
    }

    /// An artifact that refers to the manifest.
    private func item(_ referrer: Descriptor) -> Item {
        var details = [SanitizedText.line(referrer.mediaType.rawValue)]
        if let type = referrer.artifactType { details.append("artifact type \(SanitizedText.line(type))") }
        return Item(
            title: "referrer: \(short(referrer.digest))  \(HumanUnits.size(referrer.size))", details: details)
    }

    private func item(_ layer: ImageTree.Layer, number: Int, step: String?) -> Item {
        var title = "layer \(number) \(short(layer.blob.digest))  \(HumanUnits.size(layer.blob.size))"
        if let contents = layer.contents, contents.archiveSize != layer.blob.size {
            title += ", \(HumanUnits.size(contents.archiveSize)) uncompressed"
        }
        var details = [step, SanitizedText.line(layer.blob.mediaType.rawValue)].compactMap { $0 }
        if let diffID = layer.diffID, diffID != layer.blob.digest { details.append("diff id \(short(diffID))") }
        if let contents = layer.contents { details += self.details(contents) }
        if !layer.sharedWith.isEmpty {
            let limit = isWhole ? layer.sharedWith.count : 3
            let more = layer.sharedWith.count > limit ? " and \(layer.sharedWith.count - limit) more" : ""
            details.append("shared with \(layer.sharedWith.prefix(limit).joined(separator: ", "))\(more)")
        }
        return Item(title: title, details: details)
    }

    private func details(_ contents: LayerContents) -> [String] {
        if contents.isEmpty { return ["changes nothing"] }
        var parts: [String] = []
        if contents.files > 0 {
            parts.append("\(contents.files) file\(contents.files == 1 ? "" : "s") (\(HumanUnits.size(contents.bytes)))")
        }
        if contents.directories > 0 {
            parts.append("\(contents.directories) director\(contents.directories == 1 ? "y" : "ies")")
        }
        if contents.removed > 0 { parts.append("\(contents.removed) removed") }
        var lines = [parts.joined(separator: ", ")]
        for file in contents.largest.prefix(3) where file.size > 0 {
            lines.append("  /\(SanitizedText.line(file.path))  \(HumanUnits.size(file.size))")
        }
        return lines
    }

    private func short(_ digest: Digest) -> String {
        isWhole ? digest.description : String(digest.hex.prefix(12))
    }
}
