import ContainersConfig
import ImageModel

extension SignaturePolicy.Identity {
    /// Whether a signature for `signed` is acceptable for an image that the user calls `intended`; nil when its
    /// transport has no such names.
    func accepts(_ signed: String, for intended: ImageReference?) -> Bool {
        guard let signature = try? ImageReference(parsing: signed) else { return false }
        switch self {
        case .matchExact:
            guard let intended, Self.isSpecific(intended), Self.isSpecific(signature) else { return false }
            return signature == intended
        case .matchRepoDigestOrExact:
            return Self.matchesRepositoryDigestOrExact(signature, intended)
        case .matchRepository: return intended.map { $0.name == signature.name } ?? false
        case .exactReference(let text):
            guard let wanted = try? ImageReference(parsing: text), Self.isSpecific(signature) else { return false }
            return signature == wanted
        case .exactRepository(let text):
            return (try? ImageReference(parsing: text))?.name == signature.name
        case .remapIdentity(let prefix, let signedPrefix):
            guard let intended else { return false }
            let name = intended.description
            guard Self.matches(name, prefix) else {
                return Self.matchesRepositoryDigestOrExact(signature, intended)
            }
            // A signature cannot be for an invalid name.
            let remapped = try? ImageReference(parsing: signedPrefix + name.dropFirst(prefix.count))
            return remapped.map { Self.matchesRepositoryDigestOrExact(signature, $0) } ?? false
        }
    }

    private static func isSpecific(_ reference: ImageReference) -> Bool {
        reference.tag != nil || reference.digest != nil
    }

    private static func matchesRepositoryDigestOrExact(
        _ signature: ImageReference, _ intended: ImageReference?
    ) -> Bool {
        guard let intended else { return false }
        // The digest itself has already been compared with the manifest.
        if intended.digest != nil { return signature.name == intended.name }
        return intended.tag != nil && signature == intended
    }

    /// Whether a name is `prefix` or is below it.
    private static func matches(_ name: String, _ prefix: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        guard let next = name.dropFirst(prefix.count).first else { return true }
        // After a bare registry, a colon begins the port, which belongs to its name.
        return prefix.contains("/") ? next == "/" || next == ":" || next == "@" : next == "/"
    }
}
