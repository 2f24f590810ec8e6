package import ImageModel

/// The possible meanings of an image name, in the order in which to try them.
package struct ShortNameResolution: Sendable, Equatable {
    /// Full references, each with a tag or digest.
    package let candidates: [ImageReference]
    /// How they were determined, for the user; nil if the name was fully qualified.
    package let explanation: String?
}

extension RegistriesConfig {
    /// Whether `name` lacks a registry: the part before its first slash is not a host.
    package static func isShortName(_ name: String) -> Bool {
        guard let slash = name.firstIndex(of: "/") else { return true }
        let first = name[..<slash]
        return !first.contains(".") && !first.contains(":") && first != "localhost"
    }

    /// The references from which to pull `name`: itself if it is fully qualified, otherwise its alias, otherwise one
    /// for each search registry.
    ///
    /// - Throws: ``ConfigError`` for a malformed name, a name that cannot be resolved, and one that is ambiguous in
    ///   `enforcing` mode.
    package func resolve(pulling name: String) throws(ConfigError) -> ShortNameResolution {
        guard Self.isShortName(name) else {
            return ShortNameResolution(candidates: [try Self.reference(name)], explanation: nil)
        }
        let (repository, suffix) = Self.split(name)
        if let alias = aliases[repository] {
            return ShortNameResolution(
                candidates: [try Self.reference(alias.target + suffix)],
                explanation: "Resolved \"\(repository)\" as an alias (\(alias.file))")
        }
        guard !unqualifiedSearch.isEmpty else {
            // Reports a malformed name as such rather than as unknown.
            _ = try Self.reference("localhost/\(name)")
            let cure = (try? ImageReference(parsing: name)).map { ": write \($0), or another registry before the name" }
            throw ConfigError(
                .notFound,
                "short-name \"\(name)\" did not resolve to an alias and no unqualified-search registries are defined "
                    + "in \"\(unqualifiedSearchFile)\"" + (cure ?? ""))
        }
        guard shortNameMode != .enforcing || unqualifiedSearch.count == 1 else {
            throw ConfigError(
                .refused, "short-name \"\(name)\" is ambiguous and short-name-mode is enforcing: name its registry")
        }
        return ShortNameResolution(
            candidates: try searched(name),
            explanation: "Resolving \"\(repository)\" using unqualified-search registries (\(unqualifiedSearchFile))")
    }

    /// The references to look `name` up in the local store: a fully qualified name itself; otherwise its alias, then
    /// `localhost/`, then one for each search registry. At least one.
    package func candidates(forShortName name: String) throws(ConfigError) -> [ImageReference] {
        guard Self.isShortName(name) else { return [try Self.reference(name)] }
        let (repository, suffix) = Self.split(name)
        var result: [ImageReference] = []
        if let alias = aliases[repository] { result.append(try Self.reference(alias.target + suffix)) }
        result.append(try Self.reference("localhost/\(name)"))
        for reference in try searched(name) where !result.contains(reference) { result.append(reference) }
        return result
    }

    private func searched(_ name: String) throws(ConfigError) -> [ImageReference] {
        var result: [ImageReference] = []
        for registry in unqualifiedSearch { result.append(try Self.reference("\(registry)/\(name)")) }
        return result
    }

    private static func reference(_ text: String) throws(ConfigError) -> ImageReference {
        do {
            return try ImageReference(parsing: text).withDefaultTag()
        } catch {
            throw ConfigError(.invalidValue, "\(error)")
        }
    }

    /// `name` without its tag and digest, and those with their separators.
    private static func split(_ name: String) -> (repository: String, suffix: String) {
        let undigested = name.prefix { $0 != "@" }
        var end = undigested.endIndex
        if let colon = undigested.lastIndex(of: ":"), !undigested[colon...].contains("/") { end = colon }
        return (String(name[..<end]), String(name[end...]))
    }
}
