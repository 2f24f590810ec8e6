import Crypto
import JSONText

/// A proof that a log's signed tree includes an entry (RFC 9162, section 2.1.3).
struct InclusionProof {
    private let index: UInt64
    private let size: UInt64
    private let root: [UInt8]
    private let path: [[UInt8]]
    /// The text with the tree's size and root that the log signed.
    private let checkpoint: String

    /// The proof in a bundle.
    init(_ value: JSONValue) throws(TrustError) {
        func number(_ value: JSONValue?) -> UInt64? {
            value?.integer.flatMap { UInt64(exactly: $0) } ?? value?.string.flatMap { UInt64($0) }
        }
        let hashes = value["hashes"]?.array ?? []
        let path = hashes.compactMap { $0.string.flatMap { Base64.decode($0) } }
        guard let index = number(value["logIndex"]), let size = number(value["treeSize"]), index < size,
            let root = value["rootHash"]?.string.flatMap({ Base64.decode($0) }), root.count == 32,
            path.count == hashes.count, path.count <= 64, path.allSatisfy({ $0.count == 32 }),
            let checkpoint = value["checkpoint"]?["envelope"]?.string
        else { throw TrustError("the log's proof is malformed") }
        (self.index, self.size, self.root, self.path, self.checkpoint) = (index, size, root, path, checkpoint)
    }

    /// Checks that the tree includes an entry, and that a log has signed the tree.
    func check(_ entry: [UInt8], signedBy keys: [SigstoreKey]) throws(TrustError) {
        var (first, last) = (index, size - 1)
        var hash = Array(SHA256.hash(data: [0] + entry))
        for sibling in path {
            guard last > 0 else { throw Self.mismatch }
            if first & 1 == 1 || first == last {
                hash = Array(SHA256.hash(data: [1] + sibling + hash))
                while first & 1 == 0, first != 0 { (first, last) = (first >> 1, last >> 1) }
            } else {
                hash = Array(SHA256.hash(data: [1] + hash + sibling))
            }
            (first, last) = (first >> 1, last >> 1)
        }
        guard last == 0, hash == root else { throw Self.mismatch }
        try checkCheckpoint(keys)
    }

    /// A signed note: lines, an empty line, and lines with names and signatures.
    private func checkCheckpoint(_ keys: [SigstoreKey]) throws(TrustError) {
        let lines = checkpoint.split(separator: "\n", omittingEmptySubsequences: false)
        guard let end = lines.firstIndex(where: \.isEmpty), end >= 3 else {
            throw TrustError("the log's checkpoint is malformed")
        }
        guard UInt64(lines[1]) == size, Base64.decode(String(lines[2])) == root else {
            throw TrustError("the log's checkpoint is for another tree than the proof")
        }
        let note = Array((lines[..<end].joined(separator: "\n") + "\n").utf8)
        let signatures = lines[(end + 1)...].compactMap { line -> [UInt8]? in
            guard line.hasPrefix("\u{2014} "), let text = line.split(separator: " ").last else { return nil }
            // After four bytes that name the key.
            return Base64.decode(String(text)).map { Array($0.dropFirst(4)) }
        }
        guard
            keys.contains(where: { key in
                key.isECDSA && signatures.contains { key.accepts($0, of: note, hash: .sha256) }
            })
        else { throw TrustError("verification of the log's checkpoint failed") }
    }

    private static let mismatch = TrustError("the log's proof does not lead to the tree's root")
}
