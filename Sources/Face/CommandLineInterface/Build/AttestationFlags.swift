import CommandLineGrammar
import SoftwareInventory

/// `--attest`, `--provenance` and `--sbom`, in the notation of `docker build`.
struct AttestationFlags: Equatable {
    /// How the build is described.
    struct Provenance: Equatable {
        var isMinimal = false
        var version = ProvenanceDocument.Version.v1
        var builderID = ""
        var isReproducible = false
        /// Whether only images get it, and not exported files.
        var isInlineOnly = false
    }

    /// Whether the packages are listed.
    private(set) var listsPackages = false
    private(set) var provenance: Provenance?

    /// Whether nothing is attested.
    var isEmpty: Bool { !listsPackages && provenance == nil }

    /// - Throws: ``CommandError`` for unknown types and parameters, and those that are not supported.
    init(_ arguments: ParsedArguments) throws {
        var seen: Set<String> = []
        for text in try Self.texts(arguments) {
            let flag = text.flag
            var fields: [String: String] = [:]
            for field in try BuildOutput.fields(of: text.value) {
                let (key, value) = KeyValueFlag.split(field)
                guard fields.updateValue(value ?? "", forKey: key) == nil else {
                    throw CommandError("\(flag): duplicate \(key)")
                }
            }
            guard let type = fields.removeValue(forKey: "type") else { throw CommandError("\(flag): missing type") }
            let isDisabled = try Self.bool(&fields, "disabled", flag)
            guard isDisabled || seen.insert(type).inserted else {
                throw CommandError("\(flag): duplicate attestation of type \(type)")
            }
            switch type {
            case "sbom": listsPackages = try Self.readInventory(&fields, flag) && !isDisabled
            case "provenance":
                let read = try Self.readProvenance(&fields, flag)
                provenance = isDisabled ? nil : read
            default: throw CommandError("\(flag): unknown attestation type \"\(type)\": choose sbom or provenance")
            }
            if let key = fields.keys.sorted().first { throw CommandError("\(flag): unknown parameter \"\(key)\"") }
        }
    }

    /// The attestations asked for, each with the flag as typed.
    private static func texts(_ arguments: ParsedArguments) throws -> [(flag: String, value: String)] {
        var texts = arguments.strings("attest").map { (flag: "--attest \($0)", value: $0) }
        for flag in ["sbom", "provenance"] {
            guard let value = arguments.string(flag) else { continue }
            let fields = bool(value).map { "disabled=\(!$0)" } ?? value
            texts.append(("--\(flag)=\(value)", "type=\(flag),\(fields)"))
        }
        return texts
    }

    private static func readInventory(_ fields: inout [String: String], _ flag: String) throws -> Bool {
        if let generator = fields.removeValue(forKey: "generator"), !generator.isEmpty {
            throw CommandError(
                "\(flag): generator images are not supported: leave generator out for the built-in one")
        }
        return true
    }

    private static func readProvenance(_ fields: inout [String: String], _ flag: String) throws -> Provenance {
        var result = Provenance()
        switch fields.removeValue(forKey: "mode") {
        case nil, "max", "full": break
        case "min": result.isMinimal = true
        case let mode?: throw CommandError("\(flag): unknown mode \"\(mode)\": choose min or max")
        }
        if let text = fields.removeValue(forKey: "version") {
            guard let version = ProvenanceDocument.Version(rawValue: text) else {
                throw CommandError("\(flag): unknown version \"\(text)\" of SLSA: choose v1 or v0.2")
            }
            result.version = version
        }
        result.builderID = fields.removeValue(forKey: "builder-id") ?? ""
        result.isReproducible = try bool(&fields, "reproducible", flag)
        result.isInlineOnly = try bool(&fields, "inline-only", flag)
        return result
    }

    private static func bool(_ fields: inout [String: String], _ key: String, _ flag: String) throws -> Bool {
        guard let text = fields.removeValue(forKey: key) else { return false }
        guard let value = bool(text) else { throw CommandError("\(flag): \(key)=\(text) is neither true nor false") }
        return value
    }

    /// Go's notations of truth.
    private static func bool(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}
