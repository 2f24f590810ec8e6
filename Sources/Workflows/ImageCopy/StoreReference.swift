package import ContainerStore
import ImageModel
package import ImageTransports

/// The part after `containers-storage:`: a store and an image in it (containers-transports(5)):
///
///     [ "[" [driver "@"] graphroot ["+" runroot] [":" options] "]" ] { image-id | name [":" tag] ["@" digest-or-id] }
package struct StoreReference: Sendable, Equatable {
    /// Identifies a store.
    package struct Place: Sendable, Equatable {
        /// The driver; nil: the configured one.
        package var driver: String?
        /// The directory of the store's files; nil: the configured one.
        package var graphRoot: String?
        /// The directory of the store's runtime state.
        package var runRoot: String?
        /// Options of the driver.
        package var options: [String] = []

        /// The configured store.
        package init() {}
    }

    /// The store.
    package let place: Place
    /// The name or id; empty when missing.
    package let image: String

    /// Parses the part after `containers-storage:`.
    ///
    /// - Throws: `TransportError` of kind `invalidReference`.
    package init(parsing text: String) throws(TransportError) {
        var place = Place()
        var rest = text[...]
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else {
                throw TransportError(
                    .invalidReference, "invalid store reference \"\(text)\": the bracket is not closed")
            }
            try Self.read(rest[rest.index(after: rest.startIndex)..<end], into: &place)
            rest = rest[rest.index(after: end)...]
        }
        self.place = place
        image = String(rest)
    }

    private static func read(_ specifier: Substring, into place: inout Place) throws(TransportError) {
        var rest = specifier
        if let at = rest.firstIndex(of: "@") {
            place.driver = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        } else if !rest.hasPrefix("/"), !rest.isEmpty {
            // A single word is a driver.
            place.driver = String(rest)
            return
        }
        // Options follow the last colon, but paths may contain colons too: it must come after the paths.
        if let colon = rest.firstIndex(of: ":") {
            place.options = rest[rest.index(after: colon)...].split(separator: ",").map(String.init)
            rest = rest[..<colon]
        }
        if let plus = rest.firstIndex(of: "+") {
            place.runRoot = String(rest[rest.index(after: plus)...])
            rest = rest[..<plus]
        }
        if !rest.isEmpty { place.graphRoot = String(rest) }
        for path in [place.graphRoot, place.runRoot].compactMap(\.self) where !path.hasPrefix("/") {
            throw TransportError(.invalidReference, "invalid store \"[\(specifier)]\": \(path) is not absolute")
        }
    }

    /// The fully qualified name for an image here: as everywhere outside of builds, a name without a registry is one on
    /// Docker Hub.
    ///
    /// - Throws: `ReferenceError`; `TransportError` when there is no name.
    package func name() throws -> String {
        guard !image.isEmpty else {
            throw TransportError(.invalidReference, "containers-storage: no image name given")
        }
        return try ImageReference(parsing: image).withDefaultTag().description
    }

    /// The error for an image that is not in its store.
    package static func missing(_ reference: StoreReference, in store: ContainerStore) -> CopyError {
        let place = "[\(store.driver.name)@\(store.layout.graphRoot)]"
        let name = (try? reference.name()) ?? reference.image
        return CopyError(
            .noSuchImage, "reference \"\(place)\(name)\" does not resolve to an image ID: no such image in the store")
    }

    /// The image in its store; nil when it is missing.
    package func find(in store: ContainerStore) throws -> ImageRecord? {
        try store.findImage(inTransport: image)?.image
    }

    /// The reference's name for the image, if the image has it.
    func name(of found: ImageRecord) -> ImageReference? {
        var text = image[...]
        if let at = text.lastIndex(of: "@"), ReferenceGrammar.isIdentifier(String(text[text.index(after: at)...])) {
            text = text[..<at]
        }
        guard let name = try? ImageReference(parsing: String(text)).withDefaultTag() else { return nil }
        let isKnown = found.names.contains { (try? ImageReference(parsing: $0)) == name }
        return isKnown ? name : nil
    }
}
