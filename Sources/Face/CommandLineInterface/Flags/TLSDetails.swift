import ContainersConfig
import Distribution
import LinuxSystem

/// `--tls-details`: a file with requirements for TLS connections (containers-tls-details.yaml(5)).
enum TLSDetails {
    /// The lowest acceptable version of TLS; nil if the file does not limit it.
    static func minimumVersion(_ path: String) throws -> TLSVersion? {
        let bytes = try Files.readFile(path, limit: 1 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw CommandError("\(path): not UTF-8") }
        guard
            !text.split(whereSeparator: \.isNewline).allSatisfy({ $0.hasPrefix("#") || $0.allSatisfy(\.isWhitespace) })
        else { return nil }
        guard case .mapping(let members) = try YAMLSubset.parse(text, path: path) else {
            throw CommandError("\(path): expected TLS details")
        }
        var version: TLSVersion?
        for (key, value) in members {
            switch (key, value) {
            case ("minVersion", .scalar(let text)):
                guard let known = TLSVersion(rawValue: text) else {
                    throw CommandError("\(path): minVersion \"\(text)\" is not supported: only 1.2 and 1.3 are")
                }
                version = known
            case ("cipherSuites", _), ("namedGroups", _):
                throw CommandError("\(path): \(key) is not supported: only minVersion is")
            default: throw CommandError("\(path): unknown key \"\(key)\"")
            }
        }
        return version
    }
}
