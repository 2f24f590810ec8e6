import Testing

@testable import StreamCompression

/// RFC 1952, member by member.
@Suite struct GzipFormatTests {
    /// A member with stored content and any header.
    static func member(
        _ content: [UInt8], flags: UInt8 = 0, fields: [UInt8] = [], headerChecksum: Bool = false,
        checksum: UInt32? = nil, length: UInt32? = nil
    ) -> [UInt8] {
        var bytes: [UInt8] = [0x1F, 0x8B, 8, headerChecksum ? flags | 2 : flags, 1, 2, 3, 4, 0, 3]
        bytes += fields
        if headerChecksum {
            let value = crc(bytes)
            bytes += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
        let count = UInt16(content.count)
        bytes.append(1)
        bytes += littleEndian(count) + littleEndian(~count)
        bytes += content
        bytes += littleEndian(checksum ?? crc(content))
        return bytes + littleEndian(length ?? UInt32(content.count))
    }

    static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func crc(_ bytes: [UInt8]) -> UInt32 {
        var crc = CRC32()
        bytes.withUnsafeBytes { crc.update($0) }
        return crc.value
    }

    let content = Array("hello, layers".utf8)

    static let optionalFields: [(flags: UInt8, bytes: [UInt8])] = [
        (0, []),
        (1, []),
        (8, Array("name\0".utf8)),
        (16, Array("a comment\0".utf8)),
        (4, [3, 0, 1, 0, 2]),
        (4, [0, 0]),
        (28, [2, 0, 0, 0] + Array("n\0c\0".utf8)),
        (8, [UInt8](repeating: 0x61, count: 30_000) + [0]),
    ]

    @Test(arguments: optionalFields.indices)
    func optionalHeaderFieldsAreSkipped(_ index: Int) throws {
        let (flags, fields) = Self.optionalFields[index]
        for headerChecksum in [false, true] {
            let stream = Self.member(content, flags: flags, fields: fields, headerChecksum: headerChecksum)
            #expect(try Codec.decompress(stream, .gzip) == content)
            #expect(try Codec.decompress(stream, .gzip, chunk: stream.count > 1000 ? 4096 : 1, reads: 1) == content)
        }
    }

    private func failure(_ stream: [UInt8]) -> CompressionError.Kind? {
        let error = #expect(throws: CompressionError.self) { try Codec.decompress(stream, .gzip) }
        return error?.kind
    }

    @Test func rejectsInvalidHeaders() {
        var stream = Self.member(content, headerChecksum: true)
        stream[10] ^= 1
        #expect(failure(stream) == .corrupt)
        #expect(failure(Self.member(content, flags: 0x20)) == .corrupt)
        stream = Self.member(content)
        stream[2] = 7
        #expect(failure(stream) == .corrupt)
        #expect(failure(Array("plain text".utf8)) == .corrupt)
    }

    @Test func rejectsInvalidTrailers() {
        #expect(failure(Self.member(content, checksum: 1)) == .checksumMismatch)
        #expect(failure(Self.member(content, length: 1)) == .checksumMismatch)
        #expect(failure(Self.member([]) + Self.member(content, checksum: 1)) == .checksumMismatch)
    }

    @Test func onlyZeroPaddingMayFollowTheEnd() throws {
        let stream = Self.member(content) + Self.member(content)
        #expect(try Codec.decompress(stream + [UInt8](repeating: 0, count: 5000), chunk: 3) == content + content)
        #expect(failure(stream + [0, 0, 1]) == .corrupt)
        #expect(failure(stream + [0, 0] + Self.member(content)) == .corrupt)
        #expect(failure(stream + Array("garbage".utf8)) == .corrupt)
        #expect(failure(stream + [0x1F]) == .truncated)
    }
}
