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
    /// Whether files below the sources were left out.
    package let isFiltered: Bool

    package init(root: PathHandle, items: [Item], isFiltered: Bool = false) {
        self.root = root
        self.items = items
        self.isFiltered = isFiltered
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

/// Decides which files of a source directory are visible (`.dockerignore`).
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

/// Decides which of the selected files are left out (`--exclude`).
///
/// A pattern may count from the copied directory, as with BuildKit, or from the root of all sources, as with Buildah.
package struct CopyExclusions: Sendable {
    /// Whether a file is left out, given its path and those of its parent directories, in both forms.
    package let excludes: @Sendable (_ paths: [[UInt8]]) -> Bool
    /// Whether something below an excluded directory may not be excluded, given its path in one form.
    package let mayIncludeBelow: @Sendable (_ path: [UInt8]) -> Bool

    package init(
        excludes: @escaping @Sendable ([[UInt8]]) -> Bool, mayIncludeBelow: @escaping @Sendable ([UInt8]) -> Bool
    ) {
        self.excludes = excludes
        self.mayIncludeBelow = mayIncludeBelow
    }
}

/// A pattern for whole paths, in which `**` stands for any number of directories (`--parents`).
package struct CopyPathPattern: Sendable {
    /// Whether it matches the path or one of its parent directories.
    package let matches: @Sendable (_ path: [UInt8]) -> Bool
    /// Whether it may match something below a directory; true may be a false positive.
    package let mayMatchBelow: @Sendable (_ directory: [UInt8]) -> Bool

    package init(
        matches: @escaping @Sendable ([UInt8]) -> Bool, mayMatchBelow: @escaping @Sendable ([UInt8]) -> Bool
    ) {
        self.matches = matches
        self.mayMatchBelow = mayMatchBelow
    }
}
