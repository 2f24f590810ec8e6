import Testing

@testable import DockerfileSyntax

@Suite struct FileNameTextTests {
    @Test func textStaysWhatItIs() {
        for name in ["", "a", "ä/漢/😀", "a\u{fffd}"] { #expect(FileNameText.text(name.utf8) == name) }
    }

    @Test func differentNamesAreDifferentTexts() {
        let names: [[UInt8]] = [
            [0x61, 0xff], [0x61, 0xfe], [0x61, 0xef, 0xbf, 0xbd], [0x61, 0xc3], [0x61, 0xc3, 0x28], [0xed, 0xa0, 0x80],
            [0xf4, 0x8f, 0xbf, 0xbf], [0xf4, 0x8f, 0xbf], [0xff], [0xf4, 0x90, 0x80, 0x80],
        ]
        #expect(Set(names.map { FileNameText.text($0) }).count == names.count)
    }

    @Test func ignorePatternsMatchBytes() throws {
        let raw: [UInt8] = [0x64, 0x2f, 0x61, 0xff]
        let patterns = try IgnorePatterns(parsing: raw + [0x0a], file: ".dockerignore")
        #expect(patterns.matches(FileNameText.text(raw)))
        #expect(!patterns.matches("d/a\u{fffd}"))
        let others = try IgnorePatterns(patterns: ["d/a\u{fffd}"])
        #expect(!others.matches(FileNameText.text(raw)) && others.matches("d/a\u{fffd}"))
        #expect(try IgnorePatterns(patterns: ["d/a?"]).matches(FileNameText.text(raw)))
    }
}
