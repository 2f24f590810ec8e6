import Testing

@testable import CommandLineInterface

/// What a terminal gets of a stranger's text.
@Suite struct TerminalTextTests {
    @Test(arguments: [
        "", "plain text\n\tindented\n", "Grüße, 日本語, עברית", "👩‍👩‍👧 \u{FE0F}", "back\\slash \"quoted\"", "e\u{301}",
        "\u{A0}", "می\u{200C}خواهم",
    ])
    func ordinaryTextStaysAsItIs(text: String) { #expect(TerminalText.escaped(text) == text) }

    @Test(arguments: [
        ("\u{1B}[31mred\u{1B}[0m", #"\u001b[31mred\u001b[0m"#), ("\u{1B}]0;title\u{7}", #"\u001b]0;title\u0007"#),
        ("done\rfake", #"done\u000dfake"#), ("a\u{8}\u{8}b", #"a\u0008\u0008b"#), ("\u{0}", #"\u0000"#),
        ("\u{7F}", #"\u007f"#), ("\u{9B}2J", #"\u009b2J"#), ("\u{85}", #"\u0085"#),
        ("a\u{202E}b\u{2066}c", #"a\u202eb\u2066c"#),
        ("\u{200F}\u{61C}\u{2028}", #"\u200f\u061c\u2028"#), ("a\u{200B}\u{AD}\u{FEFF}b", #"a\u200b\u00ad\ufeffb"#),
        ("\u{E0041}", #"\udb40\udc41"#), ("line\r\nline", "line\\u000d\nline"),
    ])
    func commandsAreShown(text: String, shown: String) {
        #expect(TerminalText.escaped(text) == shown)
        #expect(TerminalText.escaped(shown) == shown)
    }
}

/// What a person gets of a message that a stranger had a part in.
@Suite struct MessageTextTests {
    @Test func credentialsOfAddressesAreHidden() {
        #expect(MessageText.shown("get https://u:p@h/x\u{1B}: no") == "get https://xxxxx@h/x\\u001b: no")
    }

    @Test func shortMessagesStayWhole() {
        let list = (1...100).map { "\t* image-\($0): not known" }.joined(separator: "\n") + "\n\n"
        #expect(MessageText.shown(list) == list)
        #expect(MessageText.shown("é\u{1B}[2J") == #"é\u001b[2J"#)
    }

    @Test func aLongPieceIsCutInTheMiddle() {
        let message = MessageText.shown("Dockerfile:3: \"" + String(repeating: "x", count: 1_200_000) + "\" is unknown")
        #expect(message.utf8.count < MessageText.lineLimit + 100)
        #expect(message.hasPrefix("Dockerfile:3: \"xxx") && message.hasSuffix("xxx\" is unknown"))
        #expect(message.contains("xxx… (1195931 bytes more) …xxx"))
    }

    @Test(arguments: ["é", "日", "👩‍👩‍👧", "\u{1B}"])
    func charactersAreNotCutInTheMiddle(character: String) {
        let message = MessageText.shown("a" + String(repeating: character, count: 100_000))
        #expect(message.utf8.count < MessageText.lineLimit + 100)
        #expect(!message.unicodeScalars.contains("\u{FFFD}"))
    }

    @Test func manyLinesAreCutTogether() {
        let message = MessageText.shown("first\n" + String(repeating: "\n", count: 1_000_000) + "last")
        #expect(message.utf8.count < MessageText.limit + 100)
        #expect(message.hasPrefix("first\n") && message.hasSuffix("\nlast"))
    }
}
