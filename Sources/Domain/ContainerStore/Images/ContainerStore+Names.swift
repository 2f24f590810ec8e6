extension ContainerStore {
    /// Sets the names of an image. Images that had one of them lose it.
    package func setNames(image id: String, _ names: [String]) throws(StoreError) {
        try changeImage(id, adopts: true) { image in
            image.names = Self.unique(names)
            for name in names { image.addToHistory(name) }
        }
    }

    /// Adds these names to an image. Images that had one of them lose it.
    package func addNames(image id: String, _ names: [String]) throws(StoreError) {
        try changeImage(id, adopts: true) { image in
            image.names = Self.unique(image.names + names)
            for name in names { image.addToHistory(name) }
        }
    }

    /// Removes these names from an image, ignoring ones that it does not have.
    package func removeNames(image id: String, _ names: [String]) throws(StoreError) {
        // In an additional store the image would keep them.
        try changeImage(id) { image in image.names.removeAll(where: names.contains) }
    }

    /// Sets the names of a container.
    ///
    /// - Throws: `exists`, naming the container that already has one of them.
    package func setNames(container id: String, _ names: [String]) throws(StoreError) {
        try locked(containers: .exclusive) {
            guard var container = containerTable.record(id: id) else {
                throw StoreError(.notFound, "no container \(id)", subject: id)
            }
            try checkFree(names, for: id)
            container.names = Self.unique(names)
            containerTable.put(container)
            try containerTable.save()
        }
    }

    func checkFree(_ names: [String], for container: String) throws {
        for name in names {
            if let owner = containerTable.record(named: name), owner.id != container {
                throw StoreError(
                    .exists,
                    "the container name \"\(name)\" is already in use by \(owner.id). You have to remove that container "
                        + "to be able to reuse that name: that name is already in use", subject: name)
            }
        }
    }

    static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
