import JSONText
import KeyEncoding

/// A JSON Web Encryption (RFC 7516): the key that encrypts the content, encrypted for each recipient.
struct JWEMessage: Sendable {
    /// One recipient's encrypted key.
    struct Recipient: Sendable {
        var header: JSONObject
        var encryptedKey: [UInt8]
    }

    /// The protected header as it is encoded, which the content's tag covers.
    var protected: String
    /// The members of the protected and the unprotected header.
    var header: JSONObject
    var recipients: [Recipient]
    var initializationVector: [UInt8]
    var ciphertext: [UInt8]
    var tag: [UInt8]
    /// Additional authenticated data, encoded.
    var additional: String?

    init(protected: String, recipients: [Recipient], iv: [UInt8], ciphertext: [UInt8], tag: [UInt8]) {
        self.protected = protected
        self.recipients = recipients
        (initializationVector, self.ciphertext, self.tag) = (iv, ciphertext, tag)
        header = [:]
    }

    /// Parses the JSON serialization, general or flattened, and the compact one.
    static func parse(_ bytes: [UInt8]) throws(EncryptionError) -> JWEMessage {
        guard bytes.first == UInt8(ascii: "{") else {
            return try JWEMessage(compact: String(decoding: bytes, as: UTF8.self))
        }
        guard let root = (try? JSONValue(parsing: bytes, refusesDuplicates: true))?.object else {
            throw malformed("it is not JSON")
        }
        return try JWEMessage(root)
    }

    private init(_ root: JSONObject) throws(EncryptionError) {
        func data(_ object: JSONObject, _ name: String) throws(EncryptionError) -> [UInt8] {
            guard let text = object[name]?.string else { return [] }
            guard let bytes = Base64URL.decode(text) else { throw Self.malformed("\(name) is not base64url") }
            return bytes
        }
        protected = root["protected"]?.string ?? ""
        header = try Self.header(protected)
        try Self.merge(root["unprotected"], into: &header)
        initializationVector = try data(root, "iv")
        ciphertext = try data(root, "ciphertext")
        tag = try data(root, "tag")
        additional = root["aad"]?.string
        recipients = []
        for entry in root["recipients"]?.array ?? [.object(root)] {
            guard let entry = entry.object else { throw Self.malformed("a recipient is not an object") }
            recipients.append(
                Recipient(header: entry["header"]?.object ?? [:], encryptedKey: try data(entry, "encrypted_key")))
        }
    }

    private init(compact text: String) throws(EncryptionError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let fields = parts.dropFirst().map(Base64URL.decode)
        guard parts.count == 5, let key = fields[0], let iv = fields[1], let content = fields[2], let tag = fields[3]
        else { throw Self.malformed("it is neither JSON nor five fields") }
        self.init(
            protected: parts[0], recipients: [Recipient(header: [:], encryptedKey: key)], iv: iv, ciphertext: content,
            tag: tag)
        header = try Self.header(protected)
    }

    /// A recipient's header with what all share.
    func header(of recipient: Recipient) throws(EncryptionError) -> JSONObject {
        var result = header
        try Self.merge(.object(recipient.header), into: &result)
        return result
    }

    /// What the tag of the content covers besides the ciphertext.
    var authenticated: [UInt8] { Array((additional.map { "\(protected).\($0)" } ?? protected).utf8) }

    /// The JSON serialization, flattened for one recipient.
    var serialized: [UInt8] {
        var root: JSONObject = ["protected": .string(protected)]
        if recipients.count == 1 {
            root["encrypted_key"] = .string(Base64URL.encode(recipients[0].encryptedKey))
            if !recipients[0].header.isEmpty { root["header"] = .object(recipients[0].header) }
        } else {
            root["recipients"] = .array(
                recipients.map { recipient in
                    [
                        "header": .object(recipient.header),
                        "encrypted_key": .string(Base64URL.encode(recipient.encryptedKey)),
                    ]
                })
        }
        root["iv"] = .string(Base64URL.encode(initializationVector))
        root["ciphertext"] = .string(Base64URL.encode(ciphertext))
        root["tag"] = .string(Base64URL.encode(tag))
        return JSONValue.object(root).serialized()
    }

    private static func header(_ protected: String) throws(EncryptionError) -> JSONObject {
        guard !protected.isEmpty else { return [:] }
        guard let bytes = Base64URL.decode(protected),
            let object = (try? JSONValue(parsing: bytes, refusesDuplicates: true))?.object
        else { throw malformed("its protected header is not JSON in base64url") }
        return object
    }

    /// The headers must not have common members (RFC 7516, section 7.2.1).
    private static func merge(_ value: JSONValue?, into header: inout JSONObject) throws(EncryptionError) {
        guard let object = value?.object else { return }
        for (name, value) in object {
            guard !header.contains(name) else { throw malformed("two headers have \(name)") }
            header[name] = value
        }
    }

    static func malformed(_ what: String) -> EncryptionError { EncryptionError("malformed JWE: \(what)") }
}
