package import BuildGraph
import ImageModel
package import JSONText

/// A source policy (`--source-policy-file`): which images and addresses a build may use, and which of them are replaced
/// by others. The file is BuildKit's; the rules are evaluated as in Buildah: the first that matches decides, and what
/// no rule matches is allowed.
package struct SourcePolicy: Sendable, Equatable {
    /// What a rule does with a source.
    enum Action: String, Sendable {
        case allow = "ALLOW"
        case deny = "DENY"
        case convert = "CONVERT"
    }

    struct Rule: Sendable, Equatable {
        let action: Action
        /// What the rule applies to: `docker-image://NAME`, or the URL of an ADD.
        let selector: String
        /// Whether `*` and `?` in the selector match anything and any one character.
        let isPattern: Bool
        /// The replacement, for `convert`.
        let replacement: String?
    }

    let rules: [Rule]

    /// - Throws: ``BuildError`` for the first rule that is incomplete or not understood.
    package init(parsing document: JSONValue) throws(BuildError) {
        guard case .object = document else { throw Self.invalid("expected an object") }
        var rules: [Rule] = []
        for (index, entry) in (Self.member("rules", of: document)?.array ?? []).enumerated() {
            rules.append(try Self.rule(entry, index))
        }
        if let value = Self.member("rules", of: document), value.array == nil, value != .null {
            throw Self.invalid("\"rules\" is not an array")
        }
        self.rules = rules
    }

    /// The member of an object whose name is `name` in any case, as Go reads JSON.
    private static func member(_ name: String, of value: JSONValue?) -> JSONValue? {
        guard case .object(let object)? = value else { return nil }
        return object.first { $0.0.lowercased() == name }?.1
    }

    private static func rule(_ entry: JSONValue, _ index: Int) throws(BuildError) -> Rule {
        func wrong(_ message: String) -> BuildError { invalid("rule \(index): \(message)") }
        let name = member("action", of: entry)?.string ?? ""
        guard !name.isEmpty else { throw wrong("action is required") }
        guard let action = Action(rawValue: name) else {
            throw wrong("unknown action \"\(name)\" (valid: ALLOW, DENY, CONVERT)")
        }
        if let constraints = member("constraints", of: member("selector", of: entry)), constraints != .null,
            constraints.array?.isEmpty != true
        {
            throw wrong("selector.constraints is not supported")
        }
        let selector = member("identifier", of: member("selector", of: entry))?.string ?? ""
        guard !selector.isEmpty else { throw wrong("selector.identifier is required") }
        let match = member("matchtype", of: member("selector", of: entry))?.string ?? ""
        guard ["", "WILDCARD", "EXACT"].contains(match) else {
            throw wrong("matchType \"\(match)\" is not supported (valid: EXACT, WILDCARD)")
        }
        let replacement = member("identifier", of: member("updates", of: entry))?.string ?? ""
        guard action != .convert || !replacement.isEmpty else {
            throw wrong("updates.identifier is required for CONVERT action")
        }
        if let attributes = member("attrs", of: member("updates", of: entry)), attributes != .null,
            attributes != .object(JSONObject())
        {
            throw wrong("updates.attrs is not supported")
        }
        return Rule(
            action: action, selector: selector, isPattern: match != "EXACT",
            replacement: replacement.isEmpty ? nil : replacement)
    }

    private static func invalid(_ message: String) -> BuildError {
        BuildError(.invalid, "validating source policy: \(message)")
    }

    // MARK: Evaluation

    /// The image to use instead of `name`, which is as in FROM: usually itself.
    ///
    /// - Throws: ``BuildError`` if the policy denies it.
    func image(for name: String) throws(BuildError) -> String {
        let prefix = "docker-image://"
        var identifiers = [prefix + name]
        if let reference = try? ImageReference(parsing: name) {
            identifiers = [prefix + reference.description]
            // A rule for `alpine:latest` is meant for `alpine`, too.
            let tagged = prefix + reference.withDefaultTag().description
            if !identifiers.contains(tagged) { identifiers.append(tagged) }
        }
        guard let replacement = try decision(for: identifiers, called: name) else { return name }
        return replacement.hasPrefix(prefix) ? String(replacement.dropFirst(prefix.count)) : replacement
    }

    /// The URL to fetch instead of `address`: usually itself.
    ///
    /// - Throws: ``BuildError`` if the policy denies it.
    func address(for address: String) throws(BuildError) -> String {
        let identifiers = SourceIdentifiers(address: address)
        return try decision(for: identifiers.plain, suspicious: identifiers.others, called: address) ?? address
    }

    /// Checks a git repository, which rules name in full or without reference and query, with its own scheme or `git`.
    ///
    /// - Throws: ``BuildError`` if the policy denies it, or replaces it, which is not supported.
    func checkRepository(_ text: String, _ reference: GitReference) throws(BuildError) {
        let identifiers = SourceIdentifiers(repository: text, reference)
        let name = reference.displayName
        guard try decision(for: identifiers.plain, suspicious: identifiers.others, called: name) == nil else {
            throw BuildError(.unsupported, "source policy: replacing the git repository \(name) is not supported")
        }
    }

    /// The replacement by the first rule that matches one of the identifiers; nil for none.
    ///
    /// - Parameter others: more identifiers, in forms that must not make a rule allow something else than it means.
    private func decision(
        for identifiers: [String], suspicious others: [String] = [], called name: String
    ) throws(BuildError) -> String? {
        for (index, rule) in rules.enumerated()
        where identifiers.contains(where: rule.matches) || rule.action != .allow && others.contains(where: rule.matches)
        {
            switch rule.action {
            case .allow: return nil
            case .convert: return rule.replacement
            case .deny:
                throw BuildError(
                    .invalid,
                    "source \"\(name)\" denied by source policy: matched rule \(index) (selector: \"\(rule.selector)\")"
                )
            }
        }
        return nil
    }
}

extension SourcePolicy.Rule {
    /// Whether the rule is about the source with this identifier.
    func matches(_ identifier: String) -> Bool {
        guard isPattern else { return selector == identifier }
        let (pattern, text) = (Array(selector.utf8), Array(identifier.utf8))
        var (position, index) = (0, 0)
        // Where to resume after the last `*` if the rest does not match: it takes one byte more each time.
        var resume: (position: Int, index: Int)?
        while index < text.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                resume = (position + 1, index)
                position += 1
            } else if position < pattern.count,
                pattern[position] == UInt8(ascii: "?") || pattern[position] == text[index]
            {
                (position, index) = (position + 1, index + 1)
            } else if let last = resume {
                (position, index) = (last.position, last.index + 1)
                resume = (position, index)
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
