import ImageModel
import JSONText

extension PolicyParser {
    /// Parses a list of requirements.
    func requirements(_ value: JSONValue, _ place: String) throws(ConfigError) -> [SignaturePolicy.Requirement] {
        guard let items = value.array, !items.isEmpty else {
            throw invalid("\(place) must be a list of at least one requirement")
        }
        var result: [SignaturePolicy.Requirement] = []
        for item in items { result.append(try requirement(try object(item, "a requirement of \(place)"), place)) }
        return result
    }

    private func requirement(
        _ object: JSONObject, _ place: String
    ) throws(ConfigError) -> SignaturePolicy.Requirement {
        guard let type = object["type"]?.string else { throw invalid("a requirement of \(place) has no type") }
        switch type {
        case "insecureAcceptAnything", "reject":
            try checkKeys(of: object, allowed: ["type"], place)
            return type == "reject" ? .reject : .insecureAcceptAnything
        case "signedBy":
            try checkKeys(
                of: object, allowed: ["type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity"], place)
            guard object["keyType"]?.string == "GPGKeys" else { throw invalid("keyType in \(place) must be GPGKeys") }
            return .signedBy(
                try oneSource(of: "key", in: object, place), identity: try identity(object["signedIdentity"], place))
        case "signedBaseLayer":
            try checkKeys(of: object, allowed: ["type", "baseLayerIdentity"], place)
            guard let base = object["baseLayerIdentity"] else { throw invalid("baseLayerIdentity missing in \(place)") }
            _ = try identity(base, place)
            return .signedBaseLayer
        case "sigstoreSigned": return try sigstoreSigned(object, place)
        default: throw invalid("unknown policy requirement type \"\(type)\" in \(place)")
        }
    }

    func identity(_ value: JSONValue?, _ place: String) throws(ConfigError) -> SignaturePolicy.Identity {
        guard let value else { return .matchRepoDigestOrExact }
        let what = "an identity of a signature in \(place)"
        let identity = try object(value, what)
        func field(_ name: String) throws(ConfigError) -> String {
            guard let text = identity[name]?.string, !text.isEmpty else { throw invalid("\(what) needs \(name)") }
            return text
        }
        func checkMembers(_ names: String...) throws(ConfigError) {
            try checkKeys(of: identity, allowed: Set(["type"] + names), what)
        }
        switch identity["type"]?.string {
        case "matchExact":
            try checkMembers()
            return .matchExact
        case "matchRepoDigestOrExact":
            try checkMembers()
            return .matchRepoDigestOrExact
        case "matchRepository":
            try checkMembers()
            return .matchRepository
        case "exactReference":
            try checkMembers("dockerReference")
            let text = try field("dockerReference")
            guard let reference = try? ImageReference(parsing: text), reference.tag != nil || reference.digest != nil
            else { throw invalid("dockerReference \(text) in \(place) contains neither a tag nor digest") }
            return .exactReference(text)
        case "exactRepository":
            try checkMembers("dockerRepository")
            let text = try field("dockerRepository")
            guard (try? ImageReference(parsing: text)) != nil else {
                throw invalid("dockerRepository \(text) in \(place) is not the name of a repository")
            }
            return .exactRepository(text)
        case "remapIdentity":
            try checkMembers("prefix", "signedPrefix")
            return .remapIdentity(
                prefix: try prefix(field("prefix"), place), signedPrefix: try prefix(field("signedPrefix"), place))
        default: throw invalid("unknown type of \(what)")
        }
    }

    /// A fully qualified registry, namespace or repository.
    private func prefix(_ text: String, _ place: String) throws(ConfigError) -> String {
        let probe = "\(text)/x"
        guard let reference = try? ImageReference(parsing: probe), reference.description == probe else {
            throw invalid("prefix \"\(text)\" in \(place) is not valid")
        }
        return text
    }
}
