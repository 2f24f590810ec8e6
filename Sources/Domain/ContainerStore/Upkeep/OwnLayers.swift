import Glibc
import LinuxSystem

/// Which layers this tool made, or took over when it built upon them: those it may remove when nothing refers to them.
/// Layers of other tools without an image may be a pull on its way, and are left alone.
///
/// A line for each, the id and the time of making as the layer's record has it: a layer of the same content that another
/// tool made later is another tool's. Used with the lock of layers held for writing.
struct OwnLayers {
    private let path: String

    init(_ layout: StoreLayout) {
        path = layout.ownLayers
    }

    /// Puts layers down that are not yet there.
    func add(_ layers: [LayerRecord]) throws {
        let known = try lines()
        let fresh = layers.map(Self.line).filter { !known.contains($0) }
        if fresh.isEmpty { return }
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        try Files.makeDirectories(String(path[..<slash]), mode: 0o700)
        // A line break first: a process that died may have left half a line.
        let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
        try file.writeAll(Array(fresh.map { "\n\($0)" }.joined().utf8))
    }

    /// Of these layers the ones that are there.
    func filter(_ layers: [LayerRecord]) throws -> [LayerRecord] {
        let known = try lines()
        return layers.filter { known.contains(Self.line($0)) }
    }

    /// Forgets all but these, if there is a good deal to forget. That it cannot is no failure.
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
