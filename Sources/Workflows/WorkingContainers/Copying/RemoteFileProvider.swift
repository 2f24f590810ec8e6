package import ContainerStore
package import ContentDigest

/// Fetches the files of `ADD https://...`.
package protocol RemoteFileProvider: AnyObject, Sendable {
    /// Downloads a file to a new one in a directory, with mode 0600.
    ///
    /// - Returns: nil if it still is the version that the request knows.
    func fetch(_ request: RemoteFileRequest, into directory: String) throws -> RemoteFileVersion?
}

/// A request for a file on a web server.
package struct RemoteFileRequest: Sendable {
    package var address: String
    /// The expected digest of the content; nil to not verify it.
    package var checksum: Digest?
    /// The `Authorization` header for the address's server; nil for none.
    package var authorization: String?
    /// A version that need not be downloaded again.
    package var known: RemoteFileVersion?

    package init(_ address: String, checksum: Digest? = nil) {
        self.address = address
        self.checksum = checksum
    }
}

/// A version of a file on a web server.
package struct RemoteFileVersion: Sendable, Equatable {
    /// The last component of the address's path, or `__unnamed__`.
    package var name: String
    /// The `ETag` header.
    package var entityTag: String?
    /// The `Last-Modified` header.
    package var lastModified: String?

    package init(name: String, entityTag: String? = nil, lastModified: String? = nil) {
        self.name = name
        self.entityTag = entityTag
        self.lastModified = lastModified
    }
}

/// A downloaded file, kept next to the store for the lifetime of this value.
package final class FetchedFile {
    private let staging: StagingLayer
    /// The directory that contains only this file.
    package var directory: String { staging.contentDirectory }
    package let version: RemoteFileVersion
    package var name: String { version.name }

    /// Downloads a file; nil if it still is the known version.
    package init?(
        _ request: RemoteFileRequest, by provider: any RemoteFileProvider, in store: ContainerStore
    ) throws {
        let staging = try store.newStagingLayer(parent: nil)
        self.staging = staging
        guard let version = try provider.fetch(request, into: staging.contentDirectory) else {
            staging.discard()
            return nil
        }
        self.version = version
    }

    /// Whether a source is a URL.
    package static func isAddress(_ source: String) -> Bool {
        source.hasPrefix("http://") || source.hasPrefix("https://")
    }

    /// The name of the file at an address: the last part of its path, decoded and without what follows it.
    package static func name(of address: String, decoded: (String) -> String) -> String {
        let rest = address.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "?" && $0 != "#" }
        guard let slash = rest.firstIndex(of: "/") else { return unnamed }
        let path = decoded(String(rest[slash...]))
        guard let name = path.split(separator: "/").last.map(String.init), name != ".", name != "..",
            !name.utf8.contains(0), name.utf8.count <= 255
        else { return unnamed }
        return name
    }

    /// The name of a file whose address has none.
    private static let unnamed = "__unnamed__"

    /// Removes the file.
    package func discard() { staging.discard() }
}
