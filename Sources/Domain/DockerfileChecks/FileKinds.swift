/// What the names of files tell about their contents.
enum FileKinds {
    /// Whether a file of this name usually contains a password, a token or a private key.
    static func isSecret(_ path: String) -> Bool {
        let lowercased = path.lowercased()
        let parts = lowercased.split(separator: "/")
        guard let name = parts.last.map(String.init) else { return false }
        if secretNames.contains(name) || secretSuffixes.contains(where: name.hasSuffix) { return true }
        if secretPaths.contains(where: { lowercased == $0 || lowercased.hasSuffix("/" + $0) }) { return true }
        if name.hasPrefix(".env.") { return !harmlessWords.contains(String(name.dropFirst(".env.".count))) }
        return name.hasSuffix(".pem") && name.contains("key")
    }

    private static let secretNames: Set<String> = [
        ".env", ".netrc", ".npmrc", ".pypirc", ".pgpass", ".my.cnf", ".git-credentials", ".htpasswd", ".dockercfg",
        ".dockerconfigjson", ".vault-token", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk",
        "id_ed25519_sk", "kubeconfig",
    ]
    private static let secretSuffixes = [".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk"]
    private static let secretPaths = [".aws/credentials", ".docker/config.json", ".kube/config"]
    private static let harmlessWords: Set<String> = ["example", "sample", "template", "dist", "defaults"]

    /// The directory of the path that an image does not need: a repository's metadata, or what tools can make again; nil
    /// if there is none.
    static func unneededDirectory(of path: String) -> String? {
        var end = path.startIndex
        while let slash = path[end...].firstIndex(of: "/") {
            if unneededNames.contains(String(path[end..<slash])) { return String(path[..<slash]) }
            end = path.index(after: slash)
        }
        return nil
    }

    private static let unneededNames: Set<String> = [".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv"]
}
