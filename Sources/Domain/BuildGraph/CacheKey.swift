import ContentDigest
import JSONText

/// The identity of a step's result: a digest of everything that the result depends on.
///
/// Every part is labelled and delimited by JSON encoding, so that no two different steps have the same text. Times are
/// never part of a key.
package struct CacheKey: Sendable {
    private var parts: [JSONValue]

    /// The version of the rules by which steps are carried out. It must change whenever a step with the same parts may
    /// give another result, and whenever the meaning of a part changes.
    private static let rules = "swiftlet-3"

    /// - Parameters:
    ///   - instruction: the type of the step.
    ///   - parent: the parent layer of the step; nil for none. A layer's id is a digest of its content.
    package init(_ instruction: String, parent: String?) {
        parts = [.string(Self.rules), .string(instruction), .string(parent ?? "")]
    }

    /// Adds a part.
    package mutating func add(_ label: String, _ value: String) {
        parts.append(.array([.string(label), .string(value)]))
    }

    /// Adds a part of several values.
    package mutating func add(_ label: String, _ values: [String]) {
        parts.append(.array([.string(label), .array(values.map { .string($0) })]))
    }

    /// The digest of bytes, as a part of keys.
    package static func digest(of bytes: [UInt8]) -> String { Digest.sha256(of: bytes).description }

    /// The key's 64 hexadecimal digits.
    package var hex: String { Digest.sha256(of: JSONValue.array(parts).serialized()).hex }
}
