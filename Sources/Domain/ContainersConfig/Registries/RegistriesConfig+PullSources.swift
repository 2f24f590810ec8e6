package import ImageModel

/// A location to try for a pull.
package struct PullSource: Sendable, Equatable {
    /// The reference to request from that location.
    package let reference: ImageReference
    /// Whether plain HTTP and unverified TLS are allowed.
    package let insecure: Bool
    /// Whether it is a mirror of the location that the user specified.
    package let isMirror: Bool

    /// Creates a location that serves `reference`.
    package init(reference: ImageReference, insecure: Bool, isMirror: Bool) {
        self.reference = reference
        self.insecure = insecure
        self.isMirror = isMirror
    }
}

extension RegistriesConfig {
    /// The locations from which to pull `reference`, in order: the mirrors that serve it, then its own location,
    /// remapped.
    ///
    /// - Throws: ``ConfigError`` with code `refused` if the registry is blocked.
    package func pullSources(for reference: ImageReference) throws(ConfigError) -> [PullSource] {
        let name = reference.description
        guard let settings = settings(for: name) else {
            return [PullSource(reference: reference, insecure: false, isMirror: false)]
        }
        try checkAccess(settings, "source", name)
        var sources: [PullSource] = []
        for mirror in settings.mirrors where settings.uses(mirror, for: reference) {
            sources.append(try settings.source(mirror, for: reference, isMirror: true))
        }
        sources.append(try settings.source(settings.endpoint, for: reference, isMirror: false))
        return sources
    }

    /// Whether plain HTTP and unverified TLS are allowed for changing `reference` in its registry. Mirrors and other
    /// locations only serve pulls: what is pushed or deleted is always in the registry that the reference names.
    ///
    /// - Throws: ``ConfigError`` with code `refused` if the registry is blocked.
    package func isInsecure(changing reference: ImageReference) throws(ConfigError) -> Bool {
        let name = reference.description
        guard let settings = settings(for: name) else { return false }
        try checkAccess(settings, "destination", name)
        return settings.endpoint.insecure
    }
}

extension RegistriesConfig {
    /// As containers/image words it.
    private func checkAccess(_ settings: RegistrySettings, _ end: String, _ name: String) throws(ConfigError) {
        guard settings.blocked else { return }
        throw ConfigError(.refused, "initializing \(end) docker://\(name): \(refusal(of: settings))")
    }

    private func refusal(of settings: RegistrySettings) -> String {
        let files = searched.map { "\"\($0)\"" }.joined(separator: " ")
        return "registry \(settings.prefix) is blocked in one of [\(files)]"
    }

    /// - Throws: ``ConfigError`` with code `refused` if the whole registry is blocked.
    package func checkAccess(toHost host: String) throws(ConfigError) {
        guard let settings = settings(for: host), settings.blocked else { return }
        throw ConfigError(.refused, refusal(of: settings))
    }
}

extension RegistrySettings {
    func uses(_ mirror: RegistryEndpoint, for reference: ImageReference) -> Bool {
        if mirrorByDigestOnly || mirror.pulls == .digestOnly { return reference.digest != nil }
        return mirror.pulls != .tagOnly || reference.digest == nil
    }

    func source(
        _ endpoint: RegistryEndpoint, for reference: ImageReference, isMirror: Bool
    ) throws(ConfigError) -> PullSource {
        let name = reference.description
        guard !endpoint.location.isEmpty, let covered = matchLength(name) else {
            return PullSource(reference: reference, insecure: endpoint.insecure, isMirror: isMirror)
        }
        let rewritten = endpoint.location + String(decoding: name.utf8.dropFirst(covered), as: UTF8.self)
        do {
            let target = try ImageReference(parsing: rewritten)
            return PullSource(reference: target, insecure: endpoint.insecure, isMirror: isMirror)
        } catch {
            throw ConfigError(
                .invalidValue, "registries.conf maps \(name) to \(rewritten), which is not an image reference: \(error)"
            )
        }
    }
}
