/// How deletions that a layer records come to lie in a directory.
package enum WhiteoutStyle: Sendable, Equatable {
    /// As overlayfs reads them: 0/0 character devices, and an `opaque` attribute in the `user.` namespace
    /// (rootless, mount option `userxattr`) or in the `trusted.` one.
    case overlay(userXattr: Bool)
    /// By removing what lies there: for a directory that holds the parent's files too (the vfs driver).
    case removing
    /// Not at all: `.wh.` names are ordinary names (an archive that `ADD` unpacks).
    case literal

    /// The attribute that marks a directory as hiding everything below it in lower layers.
    var opaqueAttribute: String? {
        switch self {
        case .overlay(let userXattr): userXattr ? "user.overlay.opaque" : "trusted.overlay.opaque"
        case .removing, .literal: nil
        }
    }
}

/// The names that image layers give to deletions (image-spec, "Layer", Whiteouts).
enum WhiteoutName {
    static let prefix: [CChar] = [0x2e, 0x77, 0x68, 0x2e]
    static let opaque: [CChar] = Array(".wh..wh..opq".utf8CString.dropLast())

    enum Reading: Equatable {
        case ordinary
        /// `.wh..wh..opq`: the directory hides what lower layers have in it.
        case opaqueDirectory
        /// AUFS bookkeeping (`.wh..wh.plnk` and the like), which is no content.
        case bookkeeping
        /// `.wh.NAME`, with NAME NUL-terminated.
        case deletion([CChar])
        /// A whiteout of nothing, of `.` or of `..`.
        case invalid
    }

    static func read(_ name: ArraySlice<CChar>) -> Reading {
        guard name.starts(with: prefix) else { return .ordinary }
        if name.elementsEqual(opaque) { return .opaqueDirectory }
        let target = name.dropFirst(prefix.count)
        if target.starts(with: prefix) { return .bookkeeping }
        if target.isEmpty || target.elementsEqual([0x2e]) || target.elementsEqual([0x2e, 0x2e]) { return .invalid }
        return .deletion(Array(target) + [0])
    }
}
