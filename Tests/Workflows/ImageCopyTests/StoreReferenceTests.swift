import ImageCopy
import ImageTransports
import Testing

@Suite struct StoreReferenceTests {
    @Test func imageWithoutStoreIsInTheConfiguredStore() throws {
        let reference = try StoreReference(parsing: "busybox:1")
        #expect(reference.place == StoreReference.Place())
        #expect(reference.image == "busybox:1")
        #expect(try reference.name() == "docker.io/library/busybox:1")
    }

    @Test func parsesDriverPathsAndOptionsInBrackets() throws {
        let place = try StoreReference(parsing: "[vfs@/a/graph+/a/run:x=1,y=2]localhost/b").place
        #expect(place.driver == "vfs")
        #expect(place.graphRoot == "/a/graph")
        #expect(place.runRoot == "/a/run")
        #expect(place.options == ["x=1", "y=2"])
    }

    @Test(
        arguments: [
            ("[overlay]b", "overlay", nil), ("[/g]b", nil, "/g"), ("[overlay@/g]b", "overlay", "/g"),
        ] as [(String, String?, String?)])
    func partsMayBeMissing(text: String, driver: String?, graphRoot: String?) throws {
        let place = try StoreReference(parsing: text).place
        #expect(place.driver == driver)
        #expect(place.graphRoot == graphRoot)
        #expect(place.runRoot == nil)
    }

    @Test(arguments: ["[overlay@/g", "[overlay@relative]b", "[/g+relative]b"])
    func whatIsNoStoreIsRefused(text: String) {
        #expect(throws: TransportError.self) { try StoreReference(parsing: text) }
    }

    @Test func emptyReferenceHasNoName() throws {
        let reference = try StoreReference(parsing: "")
        #expect(throws: TransportError.self) { try reference.name() }
    }
}
