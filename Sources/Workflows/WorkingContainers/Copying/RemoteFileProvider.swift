package import ContainerStore
package import ContentDigest

/// Fetches what `ADD https://...` names.
package protocol RemoteFileProvider: AnyObject, Sendable {
    /// Writes the file at an address to a new file in a directory, with the permissions 0600.
    ///
    /// - Parameter checksum: what the content must turn out to be; nil: anything.
    /// - Returns: what the file is called there: the last part of the address's path.
    func fetch(_ address: String, into directory: String, checksum: Digest?) throws -> String
}

/// A file from a web server, kept beside the store as long as this value lives.
package final class FetchedFile {
    private let staging: StagingLayer
    /// The directory that holds nothing but the file.
    package var directory: String { staging.contentDirectory }
    package let name: String

    package init(
        _ address: String, checksum: Digest?, by provider: any RemoteFileProvider, in store: ContainerStore
    ) throws {
        staging = try store.newStagingLayer(parent: nil)
        name = try provider.fetch(address, into: staging.contentDirectory, checksum: checksum)
    }

    /// Whether a source is an address of a web server.
    package static func isAddress(_ source: String) -> Bool {
        source.hasPrefix("http://") || source.hasPrefix("https://")
    }

    /// Removes the file.
    package func discard() { staging.discard() }
}
