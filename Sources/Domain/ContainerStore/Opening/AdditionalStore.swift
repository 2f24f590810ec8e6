/// A read-only store of images and layers, such as one on a medium shared between machines.
final class AdditionalStore {
    let layout: StoreLayout
    private let layerTable: RecordTable<LayerRecord>
    private let imageTable: RecordTable<ImageRecord>

    init(graphRoot: String, driver: String) {
        layout = StoreLayout(graphRoot: graphRoot, runRoot: "", driver: driver)
        layerTable = RecordTable(lock: nil, path: layout.layersFile)
        imageTable = RecordTable(lock: nil, path: layout.imagesFile)
    }

    // Files are only replaced as a whole, so reading needs no lock (and there might be none to take).

    func layers() throws -> [LayerRecord] {
        try layerTable.reloadIfChanged()
        return layerTable.records.filter { !$0.isIncomplete }.map { record in
            var record = record
            record.isReadOnly = true
            return record
        }
    }

    func layer(id: String) throws -> LayerRecord? {
        try layerTable.reloadIfChanged()
        guard var record = layerTable.record(id: id), !record.isIncomplete else { return nil }
        record.isReadOnly = true
        return record
    }

    func images() throws -> [ImageRecord] {
        try imageTable.reloadIfChanged()
        return imageTable.records.map { record in
            var record = record
            record.isReadOnly = true
            return record
        }
    }

    func image(id: String) throws -> ImageRecord? {
        try imageTable.reloadIfChanged()
        guard var record = imageTable.record(id: id) else { return nil }
        record.isReadOnly = true
        return record
    }

    func image(named name: String) throws -> ImageRecord? {
        try imageTable.reloadIfChanged()
        guard var record = imageTable.record(named: name) else { return nil }
        record.isReadOnly = true
        return record
    }
}
