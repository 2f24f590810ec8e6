package import LinuxSystem
import TarArchive

/// Why a layer could not be applied to, or created from, a directory.
package struct LayerError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers distinguish.
    package enum Code: Sendable, Equatable {
        /// An entry's name or link target would leave the layer's root, or is not a valid name.
        case escapesRoot
        /// The layer's content is inconsistent (a hard link to a missing file, a whiteout without a name).
        case malformed
        /// The owner is not mapped in this user namespace.
        case unmappedOwner
        /// The directory contains something that a layer cannot express.
        case unsupported
        /// A system call failed.
        case system
    }

    package let code: Code
    package let message: String
    /// The entry concerned, safe for display; empty when there is none.
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

    /// A name as displayed in errors: control characters escaped, invalid UTF-8 repaired, truncated.
    package static func shown(_ name: [UInt8]) -> String {
        var text = ""
        for scalar in String(decoding: name.prefix(240), as: UTF8.self).unicodeScalars {
            text += scalar.escaped(asASCII: false)
        }
        return name.count > 240 ? text + "..." : text
    }
}

extension TarEntry {
    /// The name, safe for messages.
    var displayName: String { LayerError.shown(name) }
}
