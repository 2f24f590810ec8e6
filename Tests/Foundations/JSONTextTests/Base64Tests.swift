import JSONText
import Testing

@Suite struct Base64Tests {
    @Test(arguments: ["", "QQ==", "QUI=", "QUJD"])
    func base64Decodes(text: String) {
        #expect(Base64.decode(text)?.count == ["": 0, "QQ==": 1, "QUI=": 2, "QUJD": 3][text])
    }

    @Test(arguments: ["Q", "QQ=", "Q===", "Q Q=", "QQ==QQ=="])
    func notBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
