/// What a layer's archive holds, in numbers and with its largest files: for telling people about it.
///
/// Names are as the archive has them, with whatever control characters its maker put in: whoever prints them makes
/// them harmless.
package struct LayerContents: Sendable, Equatable {
    /// One file of the layer.
    package struct File: Sendable, Equatable {
        /// The path without a slash in front.
        package var path: String
        /// Bytes of content.
        package var size: Int64

        /// A file of this size.
        package init(path: String, size: Int64) {
            self.path = path
            self.size = size
        }
    }

    /// The owner of files.
    package struct Owner: Sendable, Hashable {
        package var uid: Int64
        package var gid: Int64

        /// An owner with these ids.
        package init(uid: Int64, gid: Int64) {
            self.uid = uid
            self.gid = gid
        }
    }

    /// How many files there are that are no directories: regular files, links, devices.
    package var files = 0
    /// How many directories there are, the root left out.
    package var directories = 0
    /// How many names of lower layers are removed, and directories emptied.
    package var removed = 0
    /// Bytes of content in regular files.
    package var bytes: Int64 = 0
    /// Bytes of the archive, uncompressed.
    package var archiveSize: Int64 = 0
    /// The largest regular files, the largest first; at most `maximumLargest`.
    package var largest: [File] = []
    /// The first names that are no directories, in the archive's order; at most `maximumNames`.
    package var names: [String] = []
    /// The one owner of everything that is no directory; nil where there are several, or no files.
    package var owner: Owner?

    /// How many files `largest` may have.
    package static let maximumLargest = 10
    /// How many names `names` may have.
    package static let maximumNames = 64

    /// An empty layer.
    package init() {}

    /// Whether the archive changes nothing.
    package var isEmpty: Bool { files == 0 && directories == 0 && removed == 0 }
}
