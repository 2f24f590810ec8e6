import ContainersConfig
import JSONText
import LinuxSystem

/// Reads the keys of a policy.
enum PolicyKeys {
    /// The contents and names of the files with keys.
    static func read(_ source: SignaturePolicy.KeySource) throws(TrustError) -> [(bytes: [UInt8], name: String)] {
        switch source {
        case .paths(let paths):
            return try usable(paths) { path throws(TrustError) in
                do {
                    if let bytes = try Files.readFileIfPresent(path, limit: 4 << 20) { return (bytes, path) }
                } catch {
                    throw TrustError("the key \(path) in the policy cannot be read: \(error)")
                }
                throw TrustError("the key \(path) in the policy does not exist")
            }
        case .data(let texts):
            return try usable(texts) { text throws(TrustError) in
                guard let bytes = Base64.decode(text) else { throw TrustError("the policy's keyData is not base64") }
                return (bytes, "keyData")
            }
        }
    }

    /// Converts what can be converted: one bad key does not spoil the others.
    ///
    /// - Throws: the reasons if there is nothing else.
    static func usable<Given, Result>(
        _ given: [Given], _ convert: (Given) throws(TrustError) -> Result
    ) throws(TrustError) -> [Result] {
        var found: [Result] = []
        var reasons: [String] = []
        for item in given {
            do throws(TrustError) {
                found.append(try convert(item))
            } catch {
                reasons.append(error.message)
            }
        }
        guard !found.isEmpty else { throw TrustError(reasons.joined(separator: "; ")) }
        return found
    }
}
