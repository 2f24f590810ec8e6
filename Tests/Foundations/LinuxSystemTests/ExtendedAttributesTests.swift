import Glibc
import LinuxSystem
import Testing

@Suite struct ExtendedAttributesTests {
    let temporary: TemporaryDirectory

    init() throws {
        temporary = try TemporaryDirectory()
        try temporary.write("f", "")
    }

    @Test func storedValuesAreReadBack() throws {
        let path = temporary("f")
        let value = [UInt8](repeating: 7, count: 2000)
        try ExtendedAttributes.set("user.long", value: value, of: path)
        try ExtendedAttributes.set("user.empty", value: [], of: path)
        #expect(try ExtendedAttributes.get("user.long", of: path) == value)
        #expect(try ExtendedAttributes.get("user.empty", of: path) == [])
        #expect(try ExtendedAttributes.get("user.none", of: path) == nil)
        let names = try ExtendedAttributes.list(path).map { String(decoding: $0, as: UTF8.self) }
        #expect(Set(names).isSuperset(of: ["user.long", "user.empty"]))
        try ExtendedAttributes.remove("user.long", of: path)
        try ExtendedAttributes.remove("user.long", of: path)
        #expect(try ExtendedAttributes.get("user.long", of: path) == nil)
    }

    @Test func descriptorsAreSupported() throws {
        let file = try OwnedFD.open(temporary("f"), O_RDWR)
        try ExtendedAttributes.set("user.a", value: [1, 2], fd: file.raw)
        #expect(try ExtendedAttributes.get("user.a", fd: file.raw) == [1, 2])
        #expect(try ExtendedAttributes.list(fd: file.raw).contains(Array("user.a".utf8)))
        try ExtendedAttributes.remove("user.a", fd: file.raw)
        #expect(try ExtendedAttributes.get("user.a", fd: file.raw) == nil)
    }

    @Test func linksAreNotFollowed() throws {
        try ExtendedAttributes.set("user.a", value: [1], of: temporary("f"))
        try Files.symlink(target: "f", at: temporary("s"))
        #expect(try ExtendedAttributes.get("user.a", of: temporary("s")) == nil)
    }
}
