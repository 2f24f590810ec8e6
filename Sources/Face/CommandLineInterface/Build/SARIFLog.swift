import DockerfileChecks
import DockerfileSyntax
import JSONText

/// The findings of checks as a SARIF 2.1.0 log, which code-review tools read.
///
/// Reference: Static Analysis Results Interchange Format 2.1.0 (OASIS Standard).
enum SARIFLog {
    /// - Parameter path: the Dockerfile, absolute or relative to where the reader looks for it.
    static func log(of findings: [CheckFinding], path: String) -> JSONValue {
        // Every rule that was broken, once.
        var rules: [CheckRule] = []
        for finding in findings where !rules.contains(finding.rule) { rules.append(finding.rule) }
        let results = findings.map { finding in
            result(finding, index: rules.firstIndex(of: finding.rule) ?? 0, path: path)
        }
        return [
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                [
                    "tool": [
                        "driver": [
                            "name": "swiftlet", "version": .string(Swiftlet.version),
                            "rules": .array(rules.map(description)),
                        ]
                    ],
                    // As in our other messages.
                    "columnKind": "unicodeCodePoints",
                    "results": .array(results),
                ]
            ],
        ]
    }

    private static func description(of rule: CheckRule) -> JSONValue {
        var object: JSONObject = [
            "id": .string(rule.rawValue), "name": .string(rule.rawValue),
            "shortDescription": ["text": .string(rule.summary)],
            "defaultConfiguration": ["enabled": .bool(!rule.isOwn && !rule.isExperimental), "level": "warning"],
        ]
        if let url = rule.url { object["helpUri"] = .string(url) }
        return .object(object)
    }

    private static func result(_ finding: CheckFinding, index: Int, path: String) -> JSONValue {
        var object: JSONObject = [
            "ruleId": .string(finding.rule.rawValue), "ruleIndex": .integer(Int64(index)), "level": "warning",
            "message": ["text": .string(finding.message)],
            "locations": [
                [
                    "physicalLocation": [
                        "artifactLocation": ["uri": .string(uri(of: path))], "region": region(finding.range),
                    ]
                ]
            ],
        ]
        if let saved = finding.savedBytes {
            object["properties"] = ["savedBytes": .integer(Int64(clamping: saved))]
        }
        return .object(object)
    }

    private static func region(_ range: SourceRange) -> JSONValue {
        [
            "startLine": .integer(Int64(range.start.line)), "startColumn": .integer(Int64(range.start.column)),
            "endLine": .integer(Int64(range.end.line)), "endColumn": .integer(Int64(range.end.column)),
        ]
    }

    /// The path as a URI reference (RFC 3986): relative, or of the scheme `file`.
    private static func uri(of path: String) -> String {
        var text = path.hasPrefix("/") ? "file://" : ""
        let relative = path.hasPrefix("./") ? Substring(path.dropFirst(2)) : Substring(path)
        for byte in relative.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where "-._~/+@!$&'()*,;=".utf8.contains(byte): text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                text += "%" + (hex.count < 2 ? "0" + hex : hex)
            }
        }
        return text
    }
}
