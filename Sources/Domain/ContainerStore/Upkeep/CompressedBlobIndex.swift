package import ContentDigest
import JSONText
import LinuxSystem

/// The results of compressing layers' archives, so that a digest is known without compressing again; stored next to the
/// store, and never needed for correctness: any of its files can be deleted at any time.
package struct CompressedBlobIndex: Sendable {
    /// A compressed archive.
    package struct Entry: Sendable, Equatable {
        /// The digest of the compressed bytes.
        package var digest: Digest
        /// The number of compressed bytes.
        package var size: Int64

        /// Creates an entry with these values.
        package init(digest: Digest, size: Int64) {
            self.digest = digest
            self.size = size
        }
    }

    private let directory: String

    /// The index of a store.
    package init(_ layout: StoreLayout) {
        directory = layout.compressedBlobs
    }

    /// The result of compressing the archive `diffID`.
    ///
    /// - Parameter compression: the compression with every parameter that affects its bytes, such as `gzip-6`: letters,
    ///   digits and hyphens.
    package func lookup(_ diffID: Digest, compression: String) -> Entry? {
        guard let path = path(diffID, compression), let bytes = try? Files.readFileIfPresent(path, limit: 4096),
            let value = try? JSONValue(parsing: bytes), let digest = value["digest"]?.string.flatMap({ Digest($0) }),
            let size = value["size"]?.integer, size >= 0
        else { return nil }
        return Entry(digest: digest, size: size)
    }

    /// Records an entry. Best effort: failures are ignored.
    package func record(_ diffID: Digest, compression: String, _ entry: Entry) {
        guard let path = path(diffID, compression) else { return }
        let value: JSONValue = ["digest": .string(entry.digest.description), "size": .integer(entry.size)]
        do {
            if !Files.exists(directory) { try Files.makeDirectories(directory, mode: 0o700) }
            try Files.replaceFile(path, with: value.serialized(), synchronize: false)
        } catch {
            // The next push has to compress once more.
        }
    }

    private func path(_ diffID: Digest, _ compression: String) -> String? {
        let isPlain =
            !compression.isEmpty && compression.utf8.count <= 32
            && compression.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
        return isPlain ? "\(directory)/\(diffID.algorithm.rawValue)-\(diffID.hex).\(compression)" : nil
    }
}
