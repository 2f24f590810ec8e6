import ContentDigest
import Glibc
import ImageModel
import Testing

@testable import Distribution

@Suite struct BlobJournalTests {
    private let directory: String
    private let content: [UInt8]
    private let blob: Descriptor

    init() {
        var template = Array("/tmp/journal-XXXXXX".utf8CString)
        directory = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
        content = (0..<(5 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        blob = Descriptor(mediaType: .ociLayerGzip, describing: content)
    }

    private func keep(_ bytes: ArraySlice<UInt8>, at offset: Int64 = 0) throws {
        let journal = try #require(BlobJournal(blob, in: directory))
        Array(bytes).withUnsafeBytes { journal.append($0, at: offset) }
    }

    private func kept(_ journal: BlobJournal) throws -> [UInt8] {
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 100_000)
        while true {
            let offset = Int64(result.count)
            let count = try buffer.withUnsafeMutableBytes { try journal.replay(into: $0, at: offset) }
            if count == 0 { return result }
            result += buffer[..<count]
        }
    }

    @Test func keptDataIsReadBack() throws {
        try keep(content[..<3_000_000])
        let journal = try #require(BlobJournal(blob, in: directory))
        #expect(journal.length == 3_000_000)
        #expect(try kept(journal) == Array(content[..<3_000_000]))
    }

    @Test func completeBlobIsVerifiedImmediately() throws {
        try keep(content[...])
        #expect(try #require(BlobJournal(blob, in: directory)).length == blob.size)
        var damaged = content
        damaged[1] ^= 1
        try #require(BlobJournal(blob, in: directory)).discard()
        try keep(damaged[...])
        #expect(try #require(BlobJournal(blob, in: directory)).length == 0)
    }

    @Test func dataAfterAGapIsDiscarded() throws {
        try keep(content[..<100], at: 50)
        #expect(try #require(BlobJournal(blob, in: directory)).length == 0)
    }

    @Test func journalCanBeOpenedOnlyOnce() throws {
        let first = BlobJournal(blob, in: directory)
        #expect(first != nil)
        #expect(BlobJournal(blob, in: directory) == nil)
        first?.remove()
        let entries = try #require(opendir(directory))
        defer { closedir(entries) }
        var count = 0
        while readdir(entries) != nil { count += 1 }
        #expect(count == 2)
    }

    @Test func smallBlobsHaveNoJournal() {
        let small = Descriptor(mediaType: .ociLayerGzip, describing: [1, 2, 3])
        #expect(BlobJournal(small, in: directory) == nil)
    }
}
