import Glibc
import HTTPHeaders
import LinuxSystem
import Testing

@testable import Distribution

@Suite struct UploadRecordTests {
    private let directory = "/tmp/uploads-\(RandomBytes.hex(8))"

    private func record(_ repository: String = "a/b") -> UploadRecord? {
        UploadRecord(of: "sha256:1", to: repository, on: "registry.example", in: directory)
    }

    /// A record that nobody uses any more. What another test starts may have inherited its lock for a moment.
    private func reopened(_ repository: String = "a/b") -> UploadRecord? {
        for _ in 0..<500 {
            if let found = record(repository) { return found }
            usleep(10_000)
        }
        return nil
    }

    @Test func recordIsUsedByOnlyOneLaterUpload() throws {
        defer { try? Files.removeTree(directory) }
        let address = try #require(WebAddress("https://registry.example/v2/a/b/blobs/uploads/1?_state=secret"))
        var first = record()
        first?.update(address, bytes: 5)
        #expect(record() == nil, "somebody uses it")
        first = nil
        var second = reopened()
        #expect(second?.location == address)
        #expect(record("a/c")?.location == nil)
        second?.clear()
        second = nil
        let third = try #require(reopened())
        #expect(third.location == nil)
    }

    @Test func recordIsOnlyAccessibleToItsOwner() throws {
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

    @Test func damagedAndMismatchedRecordsAreIgnored() throws {
        defer { try? Files.removeTree(directory) }
        record()?.update(try #require(WebAddress("https://registry.example/")), bytes: 0)
        let name = try #require(try Files.entries(ofDirectory: directory).first).text
        for text in ["{", #"{"registry":"registry.example","repository":"x","blob":"y","location":"https://a/"}"#] {
            try Files.replaceFile("\(directory)/\(name)", with: Array(text.utf8))
            let found = try #require(reopened())
            #expect(found.location == nil)
        }
    }

    @Test func numberOfRecordsIsLimited() throws {
        defer { try? Files.removeTree(directory) }
        for number in 0..<70 { record("r\(number)")?.update(try #require(WebAddress("https://a/")), bytes: 0) }
        // Whatever is locked for a moment stays until the next time.
        for _ in 0..<500 where try Files.entries(ofDirectory: directory).count > 64 {
            UploadRecord.sweep(directory)
            usleep(10_000)
        }
        #expect(try Files.entries(ofDirectory: directory).count == 64)
    }
}
