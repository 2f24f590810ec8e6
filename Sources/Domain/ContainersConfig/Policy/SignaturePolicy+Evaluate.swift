extension SignaturePolicy {
    /// The requirements of the first scope for which the policy has any for `transport`, otherwise the transport's
    /// default, otherwise the policy's.
    ///
    /// - Parameter scopes: the image's scopes, most specific first.
    package func requirements(transport: String, scopes: [String]) -> [Requirement] {
        guard let known = transports[transport] else { return defaults }
        for scope in scopes where !scope.isEmpty {
            if let found = known[scope] { return found }
        }
        return known[""] ?? defaults
    }

    /// The scopes of a registry image, most specific first.
    ///
    /// - Parameters:
    ///   - name: `host[:port]/path`.
    ///   - suffix: `:tag` or `@digest`.
    package static func registryScopes(name: String, suffix: String) -> [String] {
        var scopes = [name + suffix, name]
        var rest = Substring(name)
        while let slash = rest.lastIndex(of: "/") {
            rest = rest[..<slash]
            scopes.append(String(rest))
        }
        var host = rest.prefix { $0 != ":" }
        while let period = host.firstIndex(of: ".") {
            host = host[host.index(after: period)...]
            scopes.append("*.\(host)")
        }
        return scopes
    }

    /// The scopes of an image in a store, most specific first: by name and id, name, repository and its parents, the
    /// store, and the store's directory with any driver.
    package static func storeScopes(
        driver: String, graphRoot: String, name: String?, suffix: String, id: String
    ) -> [String] {
        let store = "[\(driver)@\(graphRoot)]"
        var scopes = ["\(store)\(name.map { $0 + suffix } ?? "")@\(id)"]
        if let name {
            scopes.append("\(store)\(name)\(suffix)")
            var rest = Substring(name)
            scopes.append("\(store)\(rest)")
            while let slash = rest.lastIndex(of: "/") {
                rest = rest[..<slash]
                scopes.append("\(store)\(rest)")
            }
        }
        return scopes + [store, "[\(graphRoot)]"]
    }

    /// The scopes of an image in a file or directory, most specific first: `path:name`, then `path` and its parents,
    /// with symbolic links resolved.
    package static func pathScopes(path: String, name: String?) -> [String] {
        let canonical = ConfigFiles.canonical(path)
        var scopes = name.map { ["\(canonical):\($0)"] } ?? []
        var rest = Substring(canonical)
        while rest.count > 1 {
            scopes.append(String(rest))
            guard let slash = rest.lastIndex(of: "/") else { break }
            rest = rest[..<slash]
        }
        return scopes
    }
}
