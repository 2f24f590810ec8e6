/// A timestamp as archives record it: whole seconds since 1970 (negative before), and nanoseconds to add to them (0 to
/// 999,999,999).
package typealias TarTime = (seconds: Int64, nanoseconds: Int32)

/// The type of an archive entry (the type flag of its header; POSIX.1-2017, pax, "ustar Interchange Format").
package enum TarEntryKind: Sendable, Hashable {
    case regular
    case hardLink
    case symlink
    case characterDevice
    case blockDevice
    case directory
    case fifo
    /// An unknown type flag. The content can be read like that of a regular file.
    case other(UInt8)

    /// Whether the entry consists of a header only: it has no content, whatever its size field says.
    package var isHeaderOnly: Bool {
        switch self {
        case .hardLink, .symlink, .characterDevice, .blockDevice, .directory, .fifo: true
        case .regular, .other: false
        }
    }
}

/// An archive entry, with its extended headers merged in.
///
/// Names are the archive's raw bytes: not cleaned, not checked for "..", not necessarily UTF-8, never containing NUL.
package struct TarEntry: Sendable {
    /// The path, as in the archive (a directory's usually ends in a slash).
    package var name: [UInt8]
    package var kind: TarEntryKind
    /// The target of a hard or symbolic link; otherwise empty.
    package var linkTarget: [UInt8] = []
    /// Permission bits. A reader returns only 0o7777; a writer writes what it is given, including file type bits.
    package var mode: UInt32 = 0
    /// The owner. Archives can contain any number, even negative: check before use.
    package var uid: Int64 = 0
    package var gid: Int64 = 0
    package var userName: [UInt8] = []
    package var groupName: [UInt8] = []
    /// Size of the content in bytes, holes included. Always 0 for header-only types; never negative.
    package var size: Int64 = 0
    package var modification: TarTime = (0, 0)
    package var access: TarTime?
    package var change: TarTime?
    /// Device numbers of character and block devices.
    package var deviceMajor: UInt32 = 0
    package var deviceMinor: UInt32 = 0
    /// Extended attributes (pax records `SCHILY.xattr.NAME`), with unique names.
    package var xattrs: [(name: [UInt8], value: [UInt8])] = []
    /// The data extents of a sparse entry, ascending and disjoint. Everything else reads as zeros.
    package var sparse: [(offset: Int64, length: Int64)]?
    /// Pax records without a corresponding property, in the archive's order.
    package var paxRecords: [(key: [UInt8], value: [UInt8])] = []

    package init(name: [UInt8], kind: TarEntryKind) {
        self.name = name
        self.kind = kind
    }
}
