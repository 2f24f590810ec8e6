package import LinuxSystem
import TarArchive

/// What went wrong while a layer was applied to, or made from, a directory.
package struct LayerError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Code: Sendable, Equatable {
        /// An entry's name or link target would leave the layer's root, or is not a name at all.
        case escapesRoot
        /// The layer's content contradicts itself (a hard link to nothing, a whiteout of nothing).
        case malformed
        /// The owner asked for is not mapped in this user namespace.
        case unmappedOwner
        /// The directory holds something that no layer can express.
        case unsupported
        /// A system call failed.
        case system
    }

    package let code: Code
    package let message: String
    /// The entry concerned, fit for showing; empty where none is.
    package let entry: String
    package let cause: LinuxError?

    package init(_ code: Code, _ message: String, entry: String = "", cause: LinuxError? = nil) {
        self.code = code
        self.message = message
        self.entry = entry
        self.cause = cause
    }

    package var description: String {
        var text = entry.isEmpty ? message : "layer entry \"\(entry)\": \(message)"
        if let cause { text += ": \(cause)" }
        return text
    }

    /// A name as errors show it: control characters escaped, repaired where it is not UTF-8, cut to a sensible length.
    static func shown(_ name: [UInt8]) -> String {
        var text = ""
        for scalar in String(decoding: name.prefix(240), as: UTF8.self).unicodeScalars {
            text += scalar.escaped(asASCII: false)
        }
        return name.count > 240 ? text + "..." : text
    }
}

extension TarEntry {
    /// The name for messages.
    var displayName: String { LayerError.shown(name) }
}
