import ContentDigest
import ImageModel

extension PolicyParser {
    /// Rejects a scope that is invalid for its transport: it would be ignored silently.
    func check(scope: String, of transport: String) throws(ConfigError) {
        guard !scope.isEmpty else { return }
        switch transport {
        case "dir", "oci-archive": try check(path: scope[...], scope)
        // The directory may be followed by a tag.
        case "oci": try check(path: scope.prefix { $0 != ":" }, scope)
        case "docker-archive", "tarball":
            throw invalid("\(transport): does not support any scopes except the default \"\" one, not \"\(scope)\"")
        case "docker-daemon":
            guard Digest(scope) == nil else {
                throw invalid("docker-daemon: cannot use the digest \(scope) as a scope")
            }
        case "containers-storage": try check(storeScope: scope)
        default: return
        }
    }

    private func check(path: Substring, _ scope: String) throws(ConfigError) {
        guard path.hasPrefix("/") else { throw invalid("invalid scope \(scope): must be an absolute path") }
        guard path != "/" else { throw invalid("invalid scope \"/\": use the generic default scope \"\"") }
        let clean = ConfigFiles.absolute(String(path))
        guard clean == path else {
            throw invalid("invalid scope \(scope): uses non-canonical path format, perhaps try with path \(clean)")
        }
    }

    /// `[driver@graphroot]` or `[graphroot]`, then a name, its parents, or a name with a digest or an id.
    private func check(storeScope scope: String) throws(ConfigError) {
        func wrong(_ what: String) -> ConfigError { invalid("invalid scope \(scope): \(what)") }
        guard scope.hasPrefix("["), let close = scope.firstIndex(of: "]") else {
            throw wrong("must begin with a store in brackets")
        }
        let store = scope[scope.index(after: scope.startIndex)..<close]
        let parts = store.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let isPair = parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
        let root = isPair ? parts[1] : store
        guard root.hasPrefix("/") else { throw wrong("the store's directory must be an absolute path") }
        let name = scope[scope.index(after: close)...]
        let fields = name.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard fields.count <= 3 else { throw wrong("too many @") }
        if fields.count >= 2 {
            guard Digest(fields[1]) != nil || (fields.count == 2 && ReferenceGrammar.isIdentifier(fields[1])) else {
                throw wrong("\(fields[1]) is neither a digest nor an id")
            }
        }
        guard fields.count < 3 || ReferenceGrammar.isIdentifier(fields[2]) else {
            throw wrong("\(fields[2]) is not an id")
        }
    }
}
