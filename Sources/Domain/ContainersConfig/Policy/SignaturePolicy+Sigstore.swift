import JSONText

extension PolicyParser {
    /// Parses a requirement of type `sigstoreSigned`.
    func sigstoreSigned(
        _ object: JSONObject, _ place: String
    ) throws(ConfigError) -> SignaturePolicy.Requirement {
        let members = ["type", "fulcio", "pki", "signedIdentity"] + names("key") + names("rekorPublicKey")
        try checkKeys(of: object, allowed: Set(members), place)
        let present = ["fulcio", "pki"].filter { object.contains($0) } + names("key").filter { object.contains($0) }
        guard present.count == 1 else {
            throw invalid(
                "exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio, and pki must be specified in \(place)")
        }
        let logs = try source(of: "rekorPublicKey", in: object, place)
        var trust: SignaturePolicy.SigstoreTrust
        if let value = object["fulcio"] {
            guard logs != nil else { throw invalid("fulcio in \(place) needs one of the members rekorPublicKey...") }
            trust = SignaturePolicy.SigstoreTrust(try fulcio(self.object(value, "fulcio in \(place)"), place))
        } else if let value = object["pki"] {
            guard logs == nil else { throw invalid("rekorPublicKey... is not supported for pki in \(place)") }
            trust = SignaturePolicy.SigstoreTrust(try pki(self.object(value, "pki in \(place)"), place))
        } else {
            trust = SignaturePolicy.SigstoreTrust(.keys(try oneSource(of: "key", in: object, place)))
        }
        trust.logs = logs
        return .sigstoreSigned(trust, identity: try identity(object["signedIdentity"], place))
    }

    private func fulcio(
        _ object: JSONObject, _ place: String
    ) throws(ConfigError) -> SignaturePolicy.SigstoreTrust.Root {
        try checkKeys(of: object, allowed: ["caPath", "caData", "oidcIssuer", "subjectEmail"], "fulcio in \(place)")
        let authorities = try oneSource(of: "ca", in: object, "fulcio in \(place)", plural: false)
        guard let issuer = try text("oidcIssuer", object, place) else {
            throw invalid("oidcIssuer not specified in \(place)")
        }
        guard let email = try text("subjectEmail", object, place) else {
            throw invalid("subjectEmail not specified in \(place)")
        }
        return .fulcio(authorities: authorities, issuer: issuer, email: email)
    }

    private func pki(
        _ object: JSONObject, _ place: String
    ) throws(ConfigError) -> SignaturePolicy.SigstoreTrust.Root {
        let members = names("caRoots", plural: false) + names("caIntermediates", plural: false)
        try checkKeys(of: object, allowed: Set(members + ["subjectEmail", "subjectHostname"]), "pki in \(place)")
        let roots = try oneSource(of: "caRoots", in: object, "pki in \(place)", plural: false)
        let intermediates = try source(of: "caIntermediates", in: object, "pki in \(place)", plural: false)
        let email = try text("subjectEmail", object, place)
        let host = try text("subjectHostname", object, place)
        guard email != nil || host != nil else {
            throw invalid("At least one of subjectEmail, subjectHostname must be specified in \(place)")
        }
        return .pki(roots: roots, intermediates: intermediates, email: email, host: host)
    }

    private func text(_ name: String, _ object: JSONObject, _ place: String) throws(ConfigError) -> String? {
        guard let value = object[name] else { return nil }
        guard let text = value.string, !text.isEmpty else { throw invalid("\(name) in \(place) must be a text") }
        return text
    }

    /// The members that specify keys or certificates: `keyPath`, `keyPaths`, `keyData`, `keyDatas`.
    private func names(_ prefix: String, plural: Bool = true) -> [String] {
        ["Path", "Data"].map { prefix + $0 } + (plural ? ["Paths", "Datas"].map { prefix + $0 } : [])
    }

    /// The one member that specifies the keys.
    func oneSource(
        of prefix: String, in object: JSONObject, _ place: String, plural: Bool = true
    ) throws(ConfigError) -> SignaturePolicy.KeySource {
        if let found = try source(of: prefix, in: object, place, plural: plural) { return found }
        let choices = plural ? "\(prefix)Path, \(prefix)Paths and \(prefix)Data" : "\(prefix)Path and \(prefix)Data"
        throw invalid("exactly one of \(choices) must be specified in \(place), not none of them")
    }

    private func source(
        of prefix: String, in object: JSONObject, _ place: String, plural: Bool = true
    ) throws(ConfigError) -> SignaturePolicy.KeySource? {
        let present = names(prefix, plural: plural).filter { object.contains($0) }
        guard let member = present.first, let value = object[member] else { return nil }
        guard present.count == 1 else {
            throw invalid(
                "exactly one of \(present.joined(separator: " and ")) must be specified in \(place), not more than one")
        }
        let isList = member.hasSuffix("s")
        let texts = isList ? value.array?.map(\.string) ?? [nil] : [value.string]
        let known = texts.compactMap(\.self)
        guard !known.isEmpty, known.count == texts.count else {
            throw invalid("\(member) in \(place) must be \(isList ? "a list of at least one text" : "a text")")
        }
        return member.hasPrefix("\(prefix)Path") ? .paths(known) : .data(known)
    }
}
