package import ContentDigest
package import LinuxSystem

extension ContainerStore {
    /// All images, those of additional stores last.
    package func images() throws(StoreError) -> [ImageRecord] {
        try locked(images: .shared) {
            try imageTable.records + additionalStores.flatMap { try $0.images() }
        }
    }

    /// Records an image with its data. If an image with that id already exists, the names and the data are added to it.
    ///
    /// Names are fully qualified; an image that had one loses it, but keeps it in its history. The data is on disk
    /// before the record is.
    ///
    /// - Parameters:
    ///   - id: for an image with a config, the hexadecimal digits of the config's digest.
    ///   - topLayer: the topmost layer; nil for a manifest list and for an image without layers.
    ///   - metadata: the string for which containers/image uses `{"signatures-sizes":{...}}`.
    ///   - digest: the manifest's digest.
    ///   - bigData: `manifest`, `manifest-sha256:HEX` and `sha256:CONFIG`, in the order in which to list them.
    ///   - signatures: those of the manifest, replacing all that the image had for it.
    ///   - takesNames: whether to take names from images that have them.
    /// - Throws: `notFound` if the layer is missing, `exists` if a name is taken and may not be moved.
    @discardableResult
    package func createImage(
        id: String, names: [String], topLayer: String?, metadata: String = "{}", digest: Digest?, created: FileTime,
        bigData: [(key: String, bytes: [UInt8])], signatures: [[UInt8]] = [], takesNames: Bool = true
    ) throws(StoreError) -> ImageRecord {
        try locked(layers: .shared, images: .exclusive) {
            if !takesNames { try checkFree(imageNames: names, for: id) }
            guard StoreLayout.isFullID(id) else {
                throw StoreError(.invalidName, "\"\(id)\" cannot be the id of an image", subject: id)
            }
            if let topLayer, try layerByID(topLayer) == nil {
                throw StoreError(.notFound, "the image's layer \(topLayer) does not exist", subject: topLayer)
            }
            var record =
                imageTable.record(id: id)
                ?? ImageRecord(id: id, topLayer: topLayer, created: Clock.rfc3339(created))
            let isNew = imageTable.record(id: id) == nil
            if isNew { try journal().note(.image, id) }
            if let old = record.topLayer, try layerByID(old) == nil { record.topLayer = topLayer }
            if isNew || metadata != "{}" { record.metadata = metadata }
            if let digest { record.digest = digest }
            let signed = SignatureRecord.put(signatures, of: digest, into: &record)
            try write(bigData + signed, of: &record)
            for name in names where !record.names.contains(name) { record.names.append(name) }
            for name in names { record.addToHistory(name) }
            imageTable.put(record)
            try imageTable.save()
            return record
        }
    }

    /// Changes an image's metadata.
    package func setMetadata(image id: String, _ metadata: String) throws(StoreError) {
        try changeImage(id) { $0.metadata = metadata }
    }

    /// Sets the signatures of a manifest of an image, replacing all that the image had for it.
    ///
    /// - Throws: `notFound` if there is no such image.
    package func setSignatures(_ signatures: [[UInt8]], of digest: Digest, image id: String) throws(StoreError) {
        try locked(images: .exclusive) {
            var record = try ownImage(id)
            let signed = SignatureRecord.put(signatures, of: digest, into: &record)
            try write(signed, of: &record)
            imageTable.put(record)
            try imageTable.save()
        }
    }

    // MARK: Big data

    /// A piece of an image's big data; nil if there is none with that name.
    package func bigData(image id: String, _ key: String) throws(StoreError) -> [UInt8]? {
        try locked(images: .shared) {
            let place = try imagePlace(id)
            return try Files.readFileIfPresent("\(place)/\(StoreLayout.bigDataFileName(key))", limit: 64 << 20)
        }
    }

    /// Sets a piece of an image's big data.
    package func setBigData(image id: String, key: String, bytes: [UInt8]) throws(StoreError) {
        try locked(images: .exclusive) {
            var image = try ownImage(id)
            try write([(key, bytes)], of: &image)
            imageTable.put(image)
            try imageTable.save()
        }
    }

    // MARK: Requiring locks

    func ownImage(_ id: String) throws -> ImageRecord {
        if let record = imageTable.record(id: id) { return record }
        for store in additionalStores where try store.image(id: id) != nil {
            throw StoreError(.readOnly, "image \(id) is in an additional store, which is only read", subject: id)
        }
        throw StoreError(.notFound, "no image \(id)", subject: id)
    }

    private func checkFree(imageNames names: [String], for id: String) throws {
        for name in names {
            guard let owner = imageTable.record(named: name), owner.id != id else { continue }
            throw StoreError(
                .exists,
                "image name \"\(name)\" is already associated with image \"\(owner.id)\": that name is already in use",
                subject: name)
        }
    }

    /// - Parameter adopts: whether an image of an additional store is copied to this one; otherwise it is an error.
    func changeImage(
        _ id: String, adopts: Bool = false, _ change: (inout ImageRecord) -> Void
    ) throws(StoreError) {
        try locked(images: .exclusive) {
            var image = try adopts ? adoptedImage(id) : ownImage(id)
            change(&image)
            imageTable.put(image)
            try imageTable.save()
        }
    }

    /// This store's record of an image. That of an additional store is copied with its data, but not its layers, so that
    /// the image can have other names here, as in containers/storage.
    private func adoptedImage(_ id: String) throws -> ImageRecord {
        if let record = imageTable.record(id: id) { return record }
        guard var record = try imageByID(id) else { throw StoreError(.notFound, "no image \(id)", subject: id) }
        let place = try imagePlace(id)
        var data: [(key: String, bytes: [UInt8])] = []
        for key in record.bigDataNames {
            data.append((key, try Files.readFile("\(place)/\(StoreLayout.bigDataFileName(key))", limit: 64 << 20)))
        }
        try journal().note(.image, id)
        record.isReadOnly = false
        try write(data, of: &record)
        return record
    }

    private func imagePlace(_ id: String) throws -> String {
        if imageTable.record(id: id) != nil { return layout.imageDirectory(id) }
        for store in additionalStores where try store.image(id: id) != nil {
            return store.layout.imageDirectory(id)
        }
        throw StoreError(.notFound, "no image \(id)", subject: id)
    }

    /// Writes data to the image's directory and adds it to the record. Equal content is synced to disk only once: files
    /// are only ever replaced, never modified, so two names may share one.
    private func write(_ bigData: [(key: String, bytes: [UInt8])], of record: inout ImageRecord) throws {
        let place = layout.imageDirectory(record.id)
        if !bigData.isEmpty, !Files.exists(place) { try Files.makeDirectory(place, mode: 0o700) }
        var written: [[UInt8]: String] = [:]
        for (key, bytes) in bigData {
            let path = "\(place)/\(try StoreLayout.bigDataFileName(key))"
            let digest = Digest.sha256(of: bytes)
            let isThere = record.bigDataDigests[key] == digest.description && Files.exists(path)
            if !isThere, let twin = written[bytes], twin != path {
                try Files.removeTree(path)
                try Files.link(twin, path)
            } else if !isThere, bytes.isEmpty {
                try Files.replaceFile(path, with: bytes, synchronize: false)
            } else if !isThere {
                try Files.replaceRecords(path, with: bytes)
            }
            if !bytes.isEmpty { written[bytes] = path }
            if !record.bigDataNames.contains(key) { record.bigDataNames.append(key) }
            record.bigDataSizes[key] = Int64(bytes.count)
            record.bigDataDigests[key] = digest.description
        }
    }
}
