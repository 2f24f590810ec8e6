package import ContainerStore
package import ContentDigest

/// Fetches the files of `ADD https://...`.
package protocol RemoteFileProvider: AnyObject, Sendable {
    /// Downloads a URL to a new file in a directory, with mode 0600.
    ///
    /// - Parameter checksum: the expected digest of the content; nil to not verify it.
    /// - Returns: the file's name: the last component of the URL's path.
    func fetch(_ address: String, into directory: String, checksum: Digest?) throws -> String
}

/// A downloaded file, kept next to the store for the lifetime of this value.
package final class FetchedFile {
    private let staging: StagingLayer
    /// The directory that contains only this file.
    package var directory: String { staging.contentDirectory }
    package let name: String

    package init(
        _ address: String, checksum: Digest?, by provider: any RemoteFileProvider, in store: ContainerStore
    ) throws {
        staging = try store.newStagingLayer(parent: nil)
        name = try provider.fetch(address, into: staging.contentDirectory, checksum: checksum)
    }

    /// Whether a source is a URL.
    package static func isAddress(_ source: String) -> Bool {
        source.hasPrefix("http://") || source.hasPrefix("https://")
    }

    /// Removes the file.
    package func discard() { staging.discard() }
}
