import Glibc
import LinuxSystem

/// The layers that this tool created, or adopted when it built on top of them: those it may remove when nothing refers
/// to them. Layers of other tools without an image may be part of an ongoing pull, and are left alone.
///
/// One line each, with the id and the creation time of the layer's record: if another tool later created a layer with
/// the same content, that layer is not this tool's. Requires the lock of layers for writing.
struct OwnLayers {
    private let path: String

    init(_ layout: StoreLayout) {
        path = layout.ownLayers
    }

    /// Adds layers that are not listed yet.
    func add(_ layers: [LayerRecord]) throws {
        let known = try lines()
        let fresh = layers.map(Self.line).filter { !known.contains($0) }
        if fresh.isEmpty { return }
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        try Files.makeDirectories(String(path[..<slash]), mode: 0o700)
        // A line break first: a dead process may have left an incomplete line.
        let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
        try file.writeAll(Array(fresh.map { "\n\($0)" }.joined().utf8))
    }

    /// Those of these layers that are listed.
    func filter(_ layers: [LayerRecord]) throws -> [LayerRecord] {
        let known = try lines()
        return layers.filter { known.contains(Self.line($0)) }
    }

    /// Drops all but these, if there are many to drop. Best effort: failures are ignored.
    func keepOnly(_ layers: [LayerRecord]) {
        guard let count = try? lines().count, count > 2 * layers.count + 16 else { return }
        let text = layers.map { "\n\(Self.line($0))" }.joined()
        try? Files.replaceFile(path, with: Array(text.utf8), synchronize: false)
    }

    private static func line(_ layer: LayerRecord) -> String { "\(layer.id) \(layer.created)" }

    private func lines() throws -> Set<String> {
        guard let bytes = try Files.readFileIfPresent(path) else { return [] }
        return Set(bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) })
    }
}
