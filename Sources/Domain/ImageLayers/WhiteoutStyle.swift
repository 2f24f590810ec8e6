/// How deletions in a layer are represented in a directory.
package enum WhiteoutStyle: Sendable, Equatable {
    /// As overlayfs reads them: 0/0 character devices, and an `opaque` attribute in the `user.` namespace
    /// (rootless, mount option `userxattr`) or in the `trusted.` one.
    case overlay(userXattr: Bool)
    /// By removing files: for a directory that also has the parent's files (the vfs driver).
    case removing
    /// Not at all: `.wh.` names are ordinary names (an archive that `ADD` unpacks).
    case literal

    /// The attribute that makes a directory opaque: it hides the contents of lower layers.
    var opaqueAttribute: String? {
        switch self {
        case .overlay(let userXattr): userXattr ? "user.overlay.opaque" : "trusted.overlay.opaque"
        case .removing, .literal: nil
        }
    }
}

/// The names of whiteouts in image layers (image-spec, "Layer", Whiteouts).
enum WhiteoutName {
    static let prefix: [CChar] = [0x2e, 0x77, 0x68, 0x2e]
    private static let opaque: [CChar] = Array(".wh..wh..opq".utf8CString.dropLast())

    enum Reading: Equatable {
        case ordinary
        /// `.wh..wh..opq`: the directory hides the contents of lower layers.
        case opaqueDirectory
        /// AUFS bookkeeping (`.wh..wh.plnk` and the like, with everything below it), which is not content.
        case bookkeeping
        /// `.wh.NAME`, with NAME NUL-terminated.
        case deletion([CChar])
        /// A whiteout without a name, of `.` or of `..`, or something below a whiteout.
        case invalid
    }

    /// Classifies an entry's path.
    static func read(_ path: EntryPath) -> Reading {
        switch readDirectories(path.parent) {
        case .ordinary: return read(path.base.dropLast())
        case .bookkeeping: return .bookkeeping
        default: return .invalid
        }
    }

    /// Classifies a last component (without a terminator).
    static func read(_ name: ArraySlice<CChar>) -> Reading {
        guard name.starts(with: prefix) else { return .ordinary }
        if name.elementsEqual(opaque) { return .opaqueDirectory }
        let target = name.dropFirst(prefix.count)
        if target.starts(with: prefix) { return .bookkeeping }
        if target.isEmpty || target.elementsEqual([0x2e]) || target.elementsEqual([0x2e, 0x2e]) { return .invalid }
        return .deletion(Array(target) + [0])
    }

    /// Classifies the components of a directory path (NUL-terminated), nearly all of which do not begin with a dot.
    private static func readDirectories(_ path: [CChar]) -> Reading {
        var start = 0
        while start < path.count {
            if path[start] == 0x2e, path[start...].starts(with: prefix) {
                return path[(start + prefix.count)...].starts(with: prefix) ? .bookkeeping : .invalid
            }
            while start < path.count, path[start] != 0x2f { start += 1 }
            start += 1
        }
        return .ordinary
    }
}
