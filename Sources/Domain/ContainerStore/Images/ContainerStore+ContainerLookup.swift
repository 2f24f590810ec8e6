extension ContainerStore {
    /// The container that a user means; nil if there is none. The first that fits decides: its full id, its name, an id
    /// prefix of only this container.
    ///
    /// - Throws: `ambiguous` if several ids have this prefix.
    package func container(_ text: String) throws(StoreError) -> ContainerRecord? {
        try locked(containers: .shared) {
            if let found = exactContainer(text) { return found }
            guard StoreLayout.isHex(text) else { return nil }
            let ids = containerTable.ids(withPrefix: text)
            guard ids.count <= 1 else {
                throw StoreError(
                    .ambiguous, "\(ids.count) containers have ids that begin with \(text)", subject: text)
            }
            return ids.first.flatMap { containerTable.record(id: $0) }
        }
    }

    /// The container that a user means where an image may be meant as well; nil if it is an image or nothing. A
    /// container's full id or name comes first, then an image's, and only then the prefix of a container's id.
    ///
    /// - Throws: `ambiguous` if several ids have this prefix.
    package func containerRatherThanImage(_ text: String) throws(StoreError) -> ContainerRecord? {
        try locked(images: .shared, containers: .shared) {
            if let found = exactContainer(text) { return found }
            if let image = try? findImage(text), image.name != nil || image.image.id == text { return nil }
            return try container(text)
        }
    }

    private func exactContainer(_ text: String) -> ContainerRecord? {
        containerTable.record(id: text) ?? containerTable.record(named: text)
    }
}
