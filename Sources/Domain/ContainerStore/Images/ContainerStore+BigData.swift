import ContentDigest
import LinuxSystem

extension ContainerStore {
    /// A piece of a container's big data; nil if there is none with that name.
    package func bigData(container id: String, _ key: String) throws(StoreError) -> [UInt8]? {
        try StoreError.mapping {
            try Files.readFileIfPresent("\(layout.containerDirectory(id))/\(StoreLayout.bigDataFileName(key))")
        }
    }

    /// Sets a piece of a container's big data.
    package func setBigData(container id: String, key: String, bytes: [UInt8]) throws(StoreError) {
        try locked(containers: .exclusive) {
            guard var container = containerTable.record(id: id) else {
                throw StoreError(.notFound, "no container \(id)", subject: id)
            }
            let file = try StoreLayout.bigDataFileName(key)
            try Files.makeDirectories(layout.containerDirectory(id), mode: 0o700)
            try Files.replaceRecords("\(layout.containerDirectory(id))/\(file)", with: bytes)
            if !container.bigDataNames.contains(key) { container.bigDataNames.append(key) }
            container.bigDataSizes[key] = Int64(bytes.count)
            container.bigDataDigests[key] = Digest.sha256(of: bytes).description
            containerTable.put(container)
            try containerTable.save()
        }
    }

    /// A piece of a layer's big data; nil if there is none with that name.
    package func bigData(layer id: String, _ key: String) throws(StoreError) -> [UInt8]? {
        try StoreError.mapping {
            let file = try StoreLayout.bigDataFileName(key)
            for directory in [layout.layerDataDirectory(id)]
                + additionalStores.map({ $0.layout.layerDataDirectory(id) })
            {
                if let bytes = try Files.readFileIfPresent("\(directory)/\(file)") { return bytes }
            }
            return nil
        }
    }
}
