package import ContentDigest
import JSONText

extension ContainerStore {
    /// The signatures stored for a manifest of an image, unmodified.
    ///
    /// - Throws: `corrupt` if data and record disagree.
    package func signatures(of image: ImageRecord, manifest digest: Digest) throws(StoreError) -> [[UInt8]] {
        guard let (key, sizes) = try SignatureRecord.find(digest, in: image), !sizes.isEmpty else { return [] }
        func corrupt(_ what: String) -> StoreError {
            StoreError(.corrupt, "the signatures of image \(image.id) (\(key)): \(what)", subject: image.id)
        }
        guard var rest = try bigData(image: image.id, key)?[...] else { throw corrupt("they are missing") }
        var signatures: [[UInt8]] = []
        for size in sizes {
            guard size <= rest.count else { throw corrupt("there are fewer bytes than the record says") }
            signatures.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        guard rest.isEmpty else { throw corrupt("there are \(rest.count) more bytes than the record says") }
        return signatures
    }
}

/// How signatures are stored in an image's record: concatenated in a piece of big data, their sizes in the metadata, as
/// in containers/image. Those of the image's own manifest are stored twice: under a legacy name, and by its digest.
enum SignatureRecord {
    private static let oldKey = "signatures"
    private static let oldSizes = "signature-sizes"
    private static let sizes = "signatures-sizes"

    private static func key(_ digest: Digest) -> String { "signature-\(digest.hex)" }

    /// The big data with the signatures of a manifest, and their sizes; nil if none are recorded.
    static func find(_ digest: Digest, in image: ImageRecord) throws(StoreError) -> (key: String, sizes: [Int])? {
        guard let metadata = (try? JSONValue(parsing: image.metadata))?.object else { return nil }
        if let listed = metadata[sizes]?[digest.description] { return (key(digest), try read(listed, image)) }
        guard image.digest == digest, let listed = metadata[oldSizes] else { return nil }
        return (oldKey, try read(listed, image))
    }

    private static func read(_ value: JSONValue, _ image: ImageRecord) throws(StoreError) -> [Int] {
        let values = value.array?.map { $0.integer.flatMap { Int(exactly: $0) } } ?? []
        let sizes = values.compactMap(\.self)
        guard value.isNull || value.array != nil, sizes.count == values.count, sizes.allSatisfy({ $0 >= 0 }) else {
            throw StoreError(
                .corrupt, "the record of image \(image.id) has invalid sizes of signatures", subject: image.id)
        }
        return sizes
    }

    /// Records signatures, replacing those that the manifest has.
    ///
    /// - Returns: the big data for them.
    static func put(
        _ signatures: [[UInt8]], of digest: Digest?, into record: inout ImageRecord
    ) -> [(key: String, bytes: [UInt8])] {
        guard let digest else { return [] }
        var metadata = (try? JSONValue(parsing: record.metadata))?.object ?? [:]
        let wasSigned = metadata[oldSizes] != nil || metadata[sizes] != nil
        guard wasSigned || !signatures.isEmpty else { return [] }
        let lengths = JSONValue.array(signatures.map { .integer(Int64($0.count)) })
        metadata[oldSizes] = signatures.isEmpty ? nil : lengths
        var listed = metadata[sizes]?.object ?? [:]
        listed[digest.description] = lengths
        metadata[sizes] = .object(listed)
        record.metadata = JSONValue.object(metadata).serializedString()
        let bytes = signatures.flatMap(\.self)
        return signatures.isEmpty ? [] : [(oldKey, bytes), (key(digest), bytes)]
    }
}
