import BuildCaches
import ContentDigest
import ImageModel
import JSONText
import LinuxSystem
import Testing

@Suite struct CacheTableTests {
    static func blob(_ text: String) -> Descriptor {
        Descriptor(mediaType: .ociLayerGzip, describing: Array(text.utf8))
    }

    static func step(_ name: String, parent: String?, layer: String?, note: String = "") -> CachedStep {
        CachedStep(
            key: Digest.sha256(of: name).hex, parent: parent,
            layer: layer.map { CachedStep.Layer(diffID: Digest.sha256(of: "tar \($0)"), size: 10, blob: blob($0)) },
            created: FileTime(seconds: 1000, nanoseconds: 5), note: note)
    }

    static let base = Digest.sha256(of: "base").hex

    static var table: CacheTable {
        let first = step("one", parent: base, layer: "a", note: "RUN a")
        return CacheTable([
            first, step("two", parent: first.resultID, layer: "b"), step("none", parent: nil, layer: nil),
        ])
    }

    @Test func aTableIsReadAsItWasWritten() throws {
        let table = Self.table
        #expect(try CacheTable(parsing: table.serialized(), blobs: table.blobs) == table)
        #expect(table.serialized() == table.serialized())
    }

    @Test func theDocumentHasBuildKitsStructure() throws {
        let document = try JSONValue(parsing: Self.table.serialized())
        #expect(document["layers"]?.array?.count == 2)
        #expect(document["layers"]?[0]?["parent"]?.integer == -1)
        #expect(document["layers"]?[1]?["parent"]?.integer == 0)
        #expect(document["records"]?.array?.count == 3)
        #expect(document["records"]?[1]?["layers"]?[0]?["layer"]?.integer == 1)
        #expect(document["records"]?[2]?["layers"] == nil)
    }

    @Test func recordsOfOtherBuildersAreCounted() throws {
        let bytes = Array(
            #"{"layers":[{"blob":"\#(Self.blob("a").digest)","parent":-1}],"records":[{"digest":"sha256:1"},{"layers":[{"layer":0}]}]}"#
                .utf8)
        let table = try CacheTable(parsing: bytes, blobs: [Self.blob("a")])
        #expect(table.steps.isEmpty)
        #expect(table.foreignRecords == 2)
    }

    @Test func aLayerIsOnlyTakenFromTheManifest() throws {
        let table = Self.table
        #expect(throws: BuildCacheError("record 0: the manifest does not have its layer")) {
            try CacheTable(parsing: table.serialized(), blobs: [])
        }
        var hostile = table.blobs
        hostile[0].urls = ["https://elsewhere.invalid/"]
        hostile[0].data = [1]
        let read = try CacheTable(parsing: table.serialized(), blobs: hostile)
        #expect(read.steps.values.allSatisfy { $0.layer?.blob.urls == nil && $0.layer?.blob.data == nil })
    }

    @Test(arguments: [
        "", "[]", "{\"records\":{}}", "{\"layers\":[{}]}", "{\"records\":[7]}",
        "{\"records\":[{\"swiftlet\":{}}]}",
        "{\"records\":[{\"digest\":\"sha256:00\",\"swiftlet\":{\"created\":\"1970-01-01T00:00:00Z\"}}]}",
    ])
    func whatViolatesTheFormatIsRefused(_ text: String) {
        #expect(throws: BuildCacheError.self) { try CacheTable(parsing: Array(text.utf8), blobs: []) }
    }

    @Test(arguments: [
        (#""parent":"..""#, "invalid parent"), (#""created":"never""#, "valid time"), (#""size":-1"#, "negative"),
    ])
    func aWrongRecordIsNamed(_ member: String, _ message: String) {
        let table = Self.table
        var text = String(decoding: table.serialized(), as: UTF8.self)
        let name = member.prefix { $0 != ":" }
        // The own member of the last record that has it.
        guard let range = text.ranges(of: #/"swiftlet":\{[^}]*\}/#).first else { return #expect(Bool(false)) }
        let others = ["created": #""created":"1970-01-01T00:00:00Z""#].filter { !name.contains($0.key) }.values
        text.replaceSubrange(range, with: "\"swiftlet\":{\((others + [member]).joined(separator: ","))}")
        do {
            _ = try CacheTable(parsing: Array(text.utf8), blobs: table.blobs)
            Issue.record("accepted \(member)")
        } catch {
            #expect(error.description.contains("record 0"))
            #expect(error.description.contains(message))
        }
    }

    @Test func tablesAreBounded() {
        let many = "{\"records\":[" + repeatElement("{}", count: 60_000).joined(separator: ",") + "]}"
        #expect(throws: BuildCacheError("there are 60000 records, more than 50000")) {
            try CacheTable(parsing: Array(many.utf8), blobs: [])
        }
    }

    @Test func recordsInAnImageNameItsLayers() throws {
        let table = Self.table
        let ids = table.steps.values.compactMap(\.resultID)
        let order = [Self.step("one", parent: Self.base, layer: "a").resultID ?? ""]
        let places = Dictionary(
            uniqueKeysWithValues: (order + ids.filter { !order.contains($0) }).enumerated().map { ($1, $0) })
        let bytes = table.serializedRecords(layers: places, id: \.resultID)
        let read = try CacheTable(
            parsingRecords: bytes, blobs: [Self.blob("a"), Self.blob("b")],
            diffIDs: [Digest.sha256(of: "tar a"), Digest.sha256(of: "tar b")])
        #expect(read.steps == table.steps)
        #expect(throws: BuildCacheError.self) {
            try CacheTable(parsingRecords: bytes, blobs: [Self.blob("a")], diffIDs: [])
        }
    }

    @Test(arguments: [CacheManifest.Form.image, .index])
    func bothFormsOfManifestsAreRead(_ form: CacheManifest.Form) throws {
        let table = Self.table
        let config = Descriptor(mediaType: CacheTable.mediaType, describing: table.serialized())
        let raw = try CacheManifest.encode(config: config, blobs: table.blobs, form)
        guard case .cache(let readConfig, let blobs) = try CacheManifest.read(raw) else {
            Issue.record("not a cache")
            return
        }
        #expect(readConfig == config)
        #expect(blobs == table.blobs)
    }
}
