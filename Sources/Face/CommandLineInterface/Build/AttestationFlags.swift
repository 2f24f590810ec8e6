import CommandLineGrammar

/// `--attest`, `--provenance`, `--sbom` and `--allow` of `docker build`: accepted where they ask for nothing.
enum AttestationFlags {
    /// - Throws: ``CommandError`` for attestations, which images built here have none of, and unknown entitlements.
    static func check(_ arguments: ParsedArguments) throws {
        for flag in ["provenance", "sbom"] {
            guard let value = arguments.string(flag), !["false", "0", "disabled=true"].contains(value) else { continue }
            throw CommandError("--\(flag)=\(value) is not supported: images are built without attestations")
        }
        for text in arguments.strings("attest") {
            let fields = try BuildOutput.fields(of: text)
            guard fields.contains("disabled=true") || fields.contains("disabled=1") else {
                throw CommandError("--attest \(text) is not supported: images are built without attestations")
            }
        }
        for name in arguments.strings("allow") where name != "network.host" && name != "security.insecure" {
            throw CommandError("--allow \(name): unknown entitlement: choose network.host or security.insecure")
        }
    }
}

/// `--annotation [manifest:|index:]KEY=VALUE`.
enum AnnotationFlags {
    /// The annotations of the image's manifest.
    static func ofImage(_ arguments: ParsedArguments) throws -> [(key: String, value: String)] {
        try parsed(arguments).filter { !$0.isOfIndex }.map { ($0.key, $0.value) }
    }

    /// The annotations of the list that the image is added to.
    static func ofIndex(_ arguments: ParsedArguments) throws -> [(key: String, value: String)] {
        try parsed(arguments).filter(\.isOfIndex).map { ($0.key, $0.value) }
    }

    private static func parsed(
        _ arguments: ParsedArguments
    ) throws -> [(isOfIndex: Bool, key: String, value: String)] {
        try arguments.strings("annotation").map { text in
            var (key, value) = try KeyValueFlag.require(text, "annotation")
            guard let colon = key.firstIndex(of: ":") else { return (false, key, value) }
            let prefix = key[..<colon]
            switch prefix {
            case "manifest", "index": key = String(key[key.index(after: colon)...])
            case "manifest-descriptor", "index-descriptor":
                throw CommandError(
                    "--annotation \(text) is not supported: use manifest annotate for the entries of a list")
            case _ where prefix.hasPrefix("manifest[") || prefix.hasPrefix("index["):
                throw CommandError("--annotation \(text) is not supported: annotations apply to all platforms")
            default: return (false, key, value)
            }
            guard !key.isEmpty else { throw CommandError("invalid --annotation \"\(text)\": missing key") }
            return (prefix == "index", key, value)
        }
    }
}
