/// A package that was found in an image.
package struct SoftwarePackage: Sendable, Hashable {
    /// The kinds of packages, by their type in package URLs.
    package enum Ecosystem: String, Sendable, CaseIterable {
        case debian = "deb"
        case alpine = "apk"
        case rpm
        case python = "pypi"
        case node = "npm"
        case go = "golang"
        case cargo
        case swift
    }

    package var ecosystem: Ecosystem
    /// The full name: for npm with its scope, for Go the module's path, for Swift the repository without its scheme.
    package var name: String
    /// The version as its package manager writes it; empty if unknown.
    package var version: String
    package var architecture: String?
    /// The source package, if it has another name or version: `NAME` or `NAME@VERSION`.
    package var source: String?
    /// The declared license, in whatever notation the package has.
    package var license: String?
    /// Who maintains or sells it.
    package var supplier: String?
    /// RPM's epoch.
    package var epoch: String?
    /// Where it was found, below the root.
    package var location: FileLocation

    package init(_ ecosystem: Ecosystem, name: String, version: String, at location: FileLocation) {
        self.ecosystem = ecosystem
        self.name = name
        self.version = version
        self.location = location
    }
}

/// The path of a file below the root of an image: bytes, for showing only.
package struct FileLocation: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// The path with a leading slash; what is not UTF-8, and control characters, as `\xNN`.
    package var description: String {
        var text = "/"
        var rest = bytes[...]
        while let first = rest.first {
            // A scalar has at most four bytes.
            if let length = (1...min(4, rest.count)).first(where: {
                String(validating: rest.prefix($0), as: UTF8.self) != nil
            }), first >= 0x20, first != 0x7F {
                text += String(decoding: rest.prefix(length), as: UTF8.self)
                rest = rest.dropFirst(length)
            } else {
                let digits = String(first, radix: 16)
                text += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
                rest = rest.dropFirst()
            }
        }
        return text
    }

    package static func < (left: FileLocation, right: FileLocation) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// Why the packages of an image cannot be listed.
package struct InventoryError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
