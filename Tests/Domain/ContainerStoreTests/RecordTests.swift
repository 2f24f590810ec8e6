import ContentDigest
import JSONText
import Testing

@testable import ContainerStore

@Suite struct RecordTests {
    @Test("records of the real tools are rewritten byte for byte")
    func roundTrip() throws {
        let layer =
            #"{"id":"d51eeb","names":["done-layer"],"parent":"39e31c","created":"2026-11-23T18:04:39.310046111Z","compressed-diff-digest":"sha256:4ec7ae8d151d6c88bf8bd287ed9c91f089d67b89bb6f76cfa8519f108a6ca137","compressed-size":2125824,"diff-digest":"sha256:4ec7ae8d151d6c88bf8bd287ed9c91f089d67b89bb6f76cfa8519f108a6ca137","diff-size":2125824,"compression":2,"uidset":[0,5],"gidset":[0],"flags":{"incomplete":true}}"#
        let image =
            #"{"id":"d77cb3","digest":"sha256:bc9e0fd7da0aba10ce1a5c8042076c93414ed2157caca8e96517c2ec17954cd0","names":["localhost/a:latest"],"names-history":["localhost/a:latest"],"layer":"39e31c","metadata":"{\"signatures-sizes\":{\"sha256:bc\":[]}}","big-data-names":["sha256:d7","manifest"],"big-data-sizes":{"manifest":498,"sha256:d7":503},"big-data-digests":{"manifest":"sha256:bc","sha256:d7":"sha256:d7"},"created":"2026-11-23T18:04:38.973161077Z"}"#
        let container =
            #"{"id":"456804","names":["x \u0026 y"],"image":"2d27e0","layer":"593f0f","created":"2026-11-23T18:04:58.170845721Z","flags":{"MountLabel":"","ProcessLabel":"","Volatile":true}}"#
        func back(_ record: some StoreRecord) -> String {
            String(decoding: record.encoded().serialized(escapeHTML: true), as: UTF8.self)
        }
        #expect(back(try LayerRecord(JSONValue(parsing: layer), isVolatile: false)) == layer)
        #expect(back(try ImageRecord(JSONValue(parsing: image), isVolatile: false)) == image)
        #expect(back(try ContainerRecord(JSONValue(parsing: container), isVolatile: false)) == container)
    }

    @Test("fields of other versions are kept, and null equals absent")
    func unknownFields() throws {
        let text = #"{"id":"ab","names":null,"created":"x","toc-digest":"sha256:1","later":{"a":[1,2]}}"#
        let record = try LayerRecord(JSONValue(parsing: text), isVolatile: false)
        #expect(record.names.isEmpty)
        #expect(
            record.encoded().serializedString()
                == #"{"id":"ab","created":"x","toc-digest":"sha256:1","later":{"a":[1,2]}}"#)
    }

    @Test("numbers of unknown fields survive up to 64 bits")
    func largeNumbers() throws {
        let text = #"{"id":"ab","created":"x","big":18446744073709551615,"flags":{"n":9223372036854775808}}"#
        let record = try LayerRecord(JSONValue(parsing: text), isVolatile: false)
        let again = try LayerRecord(record.encoded(), isVolatile: false)
        #expect(again.encoded().serializedString().contains(#""big":18446744073709551615"#))
        #expect(again.flags["n"] == .unsigned(9_223_372_036_854_775_808))
    }

    @Test("a layer known by its table of contents has the digest that its image promises")
    func tableOfContents() throws {
        let digest = "sha256:4ec7ae8d151d6c88bf8bd287ed9c91f089d67b89bb6f76cfa8519f108a6ca137"
        func record(_ members: String) throws -> LayerRecord {
            try LayerRecord(JSONValue(parsing: #"{"id":"ab","created":"x"\#(members)}"#), isVolatile: false)
        }
        let flags = #","flags":{"expected-layer-diffid":"\#(digest)"}"#
        let partial = try record(#","toc-digest":"\#(digest)""# + flags)
        #expect(partial.diffID == nil && partial.contentDigest?.description == digest && partial.contentSize == -1)
        #expect(try record(flags).contentDigest == nil)
        #expect(try record(#","toc-digest":"\#(digest)""#).contentDigest == nil)
        #expect(try record(#","toc-digest":"x","flags":{"expected-layer-diffid":7}"#).contentDigest == nil)
        let whole = try record(#","diff-digest":"\#(digest)","diff-size":7"#)
        #expect(whole.contentDigest == whole.diffID && whole.contentSize == 7)
    }

    @Test(
        "invalid records are rejected",
        arguments: [
            #"{"id":"../../etc"}"#, #"{"id":""}"#, #"{"names":["x"]}"#, #"{"id":7}"#, #"[]"#, #""x""#,
            #"{"id":"a","parent":"../b"}"#, #"{"id":"a","names":"x"}"#, #"{"id":"a","names":[1]}"#,
            #"{"id":"a","diff-digest":"md5:0"}"#, #"{"id":"a","uidset":[-1]}"#, #"{"id":"a","diff-size":"1"}"#,
            #"{"id":"a/b"}"#, #"{"id":".."}"#,
        ])
    func refusals(_ text: String) throws {
        #expect(throws: StoreError.self) {
            try LayerRecord(JSONValue(parsing: text), isVolatile: false)
        }
    }

    @Test("layer ids equal those of containers/storage")
    func layerIdentifiers() throws {
        let base = "39e31c6649c586eeb435e51cb4d21ad9ffd3fb88f92e9a5bd1ff5036af530d85"
        let diff = "4ec7ae8d151d6c88bf8bd287ed9c91f089d67b89bb6f76cfa8519f108a6ca137"
        #expect(LayerRecord.identifier(parent: nil, diffID: try .init(.sha256, hex: base)) == base)
        #expect(
            LayerRecord.identifier(parent: base, diffID: try .init(.sha256, hex: diff))
                == "d51eeb474a88481e9b2f293dd06e76a915aabb7bae343afa44f90d9b7c63318e")
    }

    @Test(
        "data items have the file names of the format",
        arguments: [
            ("manifest", "manifest"), ("buildah.json", "buildah.json"),
            (
                "manifest-sha256:24c50c717edc94e2c549f4e82e0f0fc65b7b1c1fb23ff1ca78e091036976f5ff",
                "=bWFuaWZlc3Qtc2hhMjU2OjI0YzUwYzcxN2VkYzk0ZTJjNTQ5ZjRlODJlMGYwZmM2NWI3YjFjMWZiMjNmZjFjYTc4ZTA5MTAzNjk3NmY1ZmY="
            ), ("Upper", "=VXBwZXI="), ("a-", "a-"),
        ])
    func bigDataNames(_ name: String, _ file: String) throws {
        #expect(try StoreLayout.bigDataFileName(name) == file)
    }

    @Test("names of data items cannot refer to other directories", arguments: ["", ".", "..", "a/", "???"])
    func badDataNames(_ name: String) {
        #expect(throws: StoreError.self) { try StoreLayout.bigDataFileName(name) }
    }
}
