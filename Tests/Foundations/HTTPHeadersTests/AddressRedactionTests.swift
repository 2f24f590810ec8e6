import Testing

@testable import HTTPHeaders

@Suite struct AddressRedactionTests {
    @Test(arguments: [
        ("ADD https://u:p@h/x /y", "ADD https://xxxxx@h/x /y"), ("https://token@h", "https://xxxxx@h"),
        ("ssh://git@h/x", "ssh://git@h/x"), ("ssh://git:pw@h/x", "ssh://xxxxx@h/x"),
        ("https://h/a@b", "https://h/a@b"),
        ("a \"http://u:p@h\" 'https://v:q@i/'", "a \"http://xxxxx@h\" 'https://xxxxx@i/'"),
        ("https://u:p@q@h/", "https://xxxxx@h/"), ("git@h:x", "git@h:x"), ("http://@h", "http://@h"),
        ("://", "://"), ("caf\u{e9} http://u:\u{e9}@h", "caf\u{e9} http://xxxxx@h"), ("http://u:p@", "http://xxxxx@"),
    ])
    func credentials(text: String, expected: String) {
        #expect(AddressRedaction.redacted(text) == expected)
    }

    @Test(arguments: [
        ("http://me:pw@H:80/a/./b/../%41%2f?x=%7e#y", "http://h/a/A%2F?x=~"), ("https://h", "https://h/"),
        ("https://h:444/%", "https://h:444/%"), ("http://h/%2e%2E/a", "http://h/a"),
    ])
    func normalization(text: String, expected: String) {
        #expect(WebAddress(text)?.normalized == expected)
    }
}
