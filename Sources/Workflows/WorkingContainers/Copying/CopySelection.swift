package import LinuxSystem

/// The files selected by one `COPY` or `ADD` from a directory, in a fixed order.
///
/// Selecting, digesting and copying are three passes over one selection, so that a build's cache key covers exactly
/// what would be copied.
package struct CopySelection: Sendable {
    /// One source after wildcard expansion: a file, or a directory with everything selected below it.
    package struct Item: Sendable {
        /// Relative to the source root, symbolic links resolved; empty for the root itself.
        package let path: [UInt8]
        /// The last component as given by the user: the name of a file when it is copied into a directory.
        package let name: [UInt8]
        package let status: FileStatus
        /// The selected files below a directory, parents before children, in byte order.
        package let descendants: [Descendant]

        package var isDirectory: Bool { status.kind == .directory }
    }

    /// A file below a copied directory.
    package struct Descendant: Sendable {
        /// Relative to the item, without a leading slash.
        package let path: [UInt8]
        package let status: FileStatus
    }

    /// The directory that all paths are relative to and that links cannot escape.
    package let root: PathHandle
    package let items: [Item]

    package init(root: PathHandle, items: [Item]) {
        self.root = root
        self.items = items
    }

    /// A single file directly in a directory; its name is not interpreted as a pattern.
    package init(onlyFile name: String, in root: String) throws {
        let bytes = Array(name.utf8)
        let status = try Files.status("\(root)/\(name)")
        self.init(
            root: try PathHandle(trusting: root),
            items: [Item(path: bytes, name: bytes, status: status, descendants: [])])
    }
}

/// Decides which files of a source directory are visible (`.dockerignore`, `--exclude`).
package struct CopyFilter: Sendable {
    /// Whether the file with this path, relative to the source root, is excluded.
    package let excludes: @Sendable (_ path: [UInt8], _ isDirectory: Bool) -> Bool
    /// Whether an excluded directory may contain files that are not.
    package let mayIncludeBelow: @Sendable (_ path: [UInt8]) -> Bool
    /// The file with the patterns, for messages; nil for none.
    package let origin: String?

    package init(
        excludes: @escaping @Sendable ([UInt8], Bool) -> Bool,
        mayIncludeBelow: @escaping @Sendable ([UInt8]) -> Bool,
        origin: String? = nil
    ) {
        self.origin = origin
        self.excludes = excludes
        self.mayIncludeBelow = mayIncludeBelow
    }

    /// Excludes nothing.
    package static let everything = CopyFilter(excludes: { _, _ in false }, mayIncludeBelow: { _ in true })
}
