import CommandLineGrammar

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
