import Glibc
import LinuxSystem
import Testing

@testable import Distribution

@Suite struct UploadRecordTests {
    private let directory = "/tmp/uploads-\(RandomBytes.hex(8))"

    private func record(_ repository: String = "a/b") -> UploadRecord? {
        UploadRecord(of: "sha256:1", to: repository, on: "registry.example", in: directory)
    }

    @Test func isThereForTheNextOneAlone() throws {
        defer { try? Files.removeTree(directory) }
        let address = try #require(WebAddress("https://registry.example/v2/a/b/blobs/uploads/1?_state=secret"))
        var first = record()
        first?.update(address, bytes: 5)
        #expect(record() == nil, "somebody uses it")
        first = nil
        var second = record()
        #expect(second?.location == address)
        #expect(record("a/c")?.location == nil)
        second?.clear()
        second = nil
        #expect(record()?.location == nil)
    }

    @Test func isForItsOwnerAlone() throws {
        defer { try? Files.removeTree(directory) }
        let kept = record()
        kept?.update(try #require(WebAddress("https://registry.example/")), bytes: 0)
        for entry in try Files.entries(ofDirectory: directory) {
            var status = stat()
            #expect(stat("\(directory)/\(entry.text)", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
        kept?.remove()
        #expect(try Files.entries(ofDirectory: directory).isEmpty)
    }

    @Test func whatIsDamagedOrForAnotherBlobIsNothing() throws {
        defer { try? Files.removeTree(directory) }
        record()?.update(try #require(WebAddress("https://registry.example/")), bytes: 0)
        let name = try #require(try Files.entries(ofDirectory: directory).first).text
        for text in ["{", #"{"registry":"registry.example","repository":"x","blob":"y","location":"https://a/"}"#] {
            try Files.replaceFile("\(directory)/\(name)", with: Array(text.utf8))
            #expect(record()?.location == nil)
        }
    }

    @Test func noMoreThanTheNewestAreKept() throws {
        defer { try? Files.removeTree(directory) }
        for number in 0..<70 { record("r\(number)")?.update(try #require(WebAddress("https://a/")), bytes: 0) }
        UploadRecord.sweep(directory)
        #expect(try Files.entries(ofDirectory: directory).count == 64)
    }
}
