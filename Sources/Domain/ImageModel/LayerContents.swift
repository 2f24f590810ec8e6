/// A summary of a layer's archive: counts and the largest files, for display.
///
/// Names are as in the archive and may contain control characters: escape them before printing.
package struct LayerContents: Sendable, Equatable {
    /// A file in the layer.
    package struct File: Sendable, Equatable {
        /// The path without a leading slash.
        package var path: String
        /// Size of the content in bytes.
        package var size: Int64

        /// Memberwise initializer.
        package init(path: String, size: Int64) {
            self.path = path
            self.size = size
        }
    }

    /// The owner of a file.
    package struct Owner: Sendable, Hashable {
        package var uid: Int64
        package var gid: Int64

        /// Memberwise initializer.
        package init(uid: Int64, gid: Int64) {
            self.uid = uid
            self.gid = gid
        }
    }

    /// Number of entries other than directories: regular files, links, devices.
    package var files = 0
    /// Number of directories, not counting the root.
    package var directories = 0
    /// Number of whiteouts and opaque directories.
    package var removed = 0
    /// Total size of regular files in bytes.
    package var bytes: Int64 = 0
    /// Size of the uncompressed archive in bytes.
    package var archiveSize: Int64 = 0
    /// The largest regular files, in descending order; at most `maximumLargest`.
    package var largest: [File] = []
    /// The first names other than directories, in archive order; at most `maximumNames`.
    package var names: [String] = []
    /// The common owner of everything except directories; nil when owners differ or there are no files.
    package var owner: Owner?

    /// Maximum length of `largest`.
    package static let maximumLargest = 10
    /// Maximum length of `names`.
    package static let maximumNames = 64

    /// An empty layer.
    package init() {}

    /// Whether the archive changes nothing.
    package var isEmpty: Bool { files == 0 && directories == 0 && removed == 0 }
}
