import JSONText

extension JSONObject {
    /// The object without the given keys.
    func removing(_ known: [String]) -> JSONObject {
        let known = Set(known)
        return JSONObject(lazy.filter { !known.contains($0.key) }.map { ($0.key, $0.value) })
    }

    /// Encodes each member as a member of the object being encoded.
    func encodeMembers(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: MemberKey.self)
        for (key, value) in self {
            try container.encode(value, forKey: MemberKey(stringValue: key))
        }
    }

    private struct MemberKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) {
            return nil
        }
    }
}
