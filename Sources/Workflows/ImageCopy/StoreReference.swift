package import ContainerStore
import ImageModel
package import ImageTransports

/// What follows `containers-storage:`: which store, and which image there (containers-transports(5)):
///
///     [ "[" [driver "@"] graphroot ["+" runroot] [":" options] "]" ] { image-id | name [":" tag] ["@" digest-or-id] }
package struct StoreReference: Sendable, Equatable {
    /// Which store.
    package struct Place: Sendable, Equatable {
        /// The driver; nil: the configured one.
        package var driver: String?
        /// Where the store's files are; nil: the configured place.
        package var graphRoot: String?
        /// Where the store's passing state is.
        package var runRoot: String?
        /// Options of the driver.
        package var options: [String] = []

        /// The store that is configured.
        package init() {}
    }

    /// The store.
    package let place: Place
    /// The name or id; empty where there is none.
    package let image: String

    /// Reads the part after `containers-storage:`.
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
            // A word alone is a driver.
            place.driver = String(rest)
            return
        }
        // Options follow the last colon, which paths may have too: only behind the paths they count.
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

    /// The fully qualified name that an image gets here: as everywhere outside of builds, a name without a registry is
    /// one of Docker's.
    ///
    /// - Throws: `ReferenceError`; `TransportError` where there is no name.
    package func name() throws -> String {
        guard !image.isEmpty else {
            throw TransportError(.invalidReference, "containers-storage: names no image")
        }
        return try ImageReference(parsing: image).withDefaultTag().description
    }

    /// The image in its store; nil where it is not there.
    package func find(in store: ContainerStore) throws -> ImageRecord? {
        for name in lookups {
            if let image = try store.image(name) { return image }
        }
        return nil
    }

    /// The name that the reference gives the image, where it is one of the image's.
    func name(of found: ImageRecord) -> ImageReference? {
        var text = image[...]
        if let at = text.lastIndex(of: "@"), ReferenceGrammar.isIdentifier(String(text[text.index(after: at)...])) {
            text = text[..<at]
        }
        guard let name = try? ImageReference(parsing: String(text)).withDefaultTag() else { return nil }
        let isKnown = found.names.contains { (try? ImageReference(parsing: $0)) == name }
        return isKnown ? name : nil
    }

    /// The name and the id of `name@id`; the id alone for anything else.
    private var lookups: [String] {
        if let at = image.lastIndex(of: "@") {
            let id = String(image[image.index(after: at)...])
            if ReferenceGrammar.isIdentifier(id) { return [id] }
        }
        let qualified = (try? ImageReference(parsing: image)).map { $0.withDefaultTag().description }
        return [qualified, image].compactMap(\.self)
    }
}
