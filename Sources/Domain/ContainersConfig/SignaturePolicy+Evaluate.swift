extension SignaturePolicy {
    /// The requirements of the first scope that the policy has for `transport`, else the transport's default, else
    /// the policy's.
    ///
    /// - Parameter scopes: the image's scopes, the most specific first.
    package func requirements(transport: String, scopes: [String]) -> [Requirement] {
        guard let known = transports[transport] else { return defaults }
        for scope in scopes where !scope.isEmpty {
            if let found = known[scope] { return found }
        }
        return known[""] ?? defaults
    }

    /// The scopes of a registry image, the most specific first.
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

    /// The scopes of an image in a store, the most specific first: with name and id, name, repository and what is above
    /// it, the store, and its directory whatever the driver.
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

    /// The scopes of an image in a file or directory, the most specific first: `path:name`, then `path` and its
    /// parents, symbolic links resolved.
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
