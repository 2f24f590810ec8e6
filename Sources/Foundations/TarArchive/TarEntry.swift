/// A point in time as archives record it: whole seconds since 1970 (negative before), and nanoseconds to add to them
/// (0 to 999,999,999).
package typealias TarTime = (seconds: Int64, nanoseconds: Int32)

/// What an archive entry stands for (the type flag of its header; POSIX.1-2017, pax, "ustar Interchange Format").
package enum TarEntryKind: Sendable, Hashable {
    case regular
    case hardLink
    case symlink
    case characterDevice
    case blockDevice
    case directory
    case fifo
    /// A type flag without a meaning here. Its content can be read like that of a regular file.
    case other(UInt8)

    /// Whether the entry is a header alone: it has no content, whatever its size field says.
    package var isHeaderOnly: Bool {
        switch self {
        case .hardLink, .symlink, .characterDevice, .blockDevice, .directory, .fifo: true
        case .regular, .other: false
        }
    }
}

/// One entry of an archive, with its extended headers already merged in.
///
/// Names are bytes, just as the archive has them: not cleaned, not checked for "..", not always UTF-8, never with a
/// NUL.
package struct TarEntry: Sendable {
    /// The path, as in the archive (a directory's usually ends in a slash).
    package var name: [UInt8]
    package var kind: TarEntryKind
    /// The target of a hard or symbolic link; else empty.
    package var linkTarget: [UInt8] = []
    /// Permission bits. A reader gives only 0o7777; a writer writes what it is given, file type bits too.
    package var mode: UInt32 = 0
    /// The owner. An archive can hold any number, negative ones too: check before use.
    package var uid: Int64 = 0
    package var gid: Int64 = 0
    package var userName: [UInt8] = []
    package var groupName: [UInt8] = []
    /// Bytes of content, holes included. Always 0 for kinds that are headers alone; never negative.
    package var size: Int64 = 0
    package var modification: TarTime = (0, 0)
    package var access: TarTime?
    package var change: TarTime?
    /// Device numbers of character and block devices.
    package var deviceMajor: UInt32 = 0
    package var deviceMinor: UInt32 = 0
    /// Extended attributes (pax records `SCHILY.xattr.NAME`), each name once.
    package var xattrs: [(name: [UInt8], value: [UInt8])] = []
    /// The extents that hold data, ascending and apart, when the entry is sparse. Everything else reads as zeros.
    package var sparse: [(offset: Int64, length: Int64)]?
    /// Pax records that no other property stands for, in the archive's order.
    package var paxRecords: [(key: [UInt8], value: [UInt8])] = []

    package init(name: [UInt8], kind: TarEntryKind) {
        self.name = name
        self.kind = kind
    }
}
