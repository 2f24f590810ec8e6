import BuildGraph
import HTTPHeaders

/// A git repository as a source of ADD or as a build context, in BuildKit's syntax: `URL[?QUERY][#REF[:SUBDIRECTORY]]`,
/// where the URL is `ssh://...`, `git://...`, `user@host:path`, or `http(s)://....git`.
package struct GitReference: Sendable, Equatable {
    /// The address for git, without query and fragment.
    package var remote: String
    /// A branch, a tag, a commit, or a full name such as `refs/heads/main`; empty for the default branch.
    package var ref = ""
    /// The address with the reference, as in `https://host/repo.git#v1`; may have credentials.
    package var address: String { ref.isEmpty ? remote : "\(remote)#\(ref)" }
    /// The directory in the repository; empty for its root.
    package var directory = ""
    /// The commit that the reference must be: all of it, or its first digits; nil for any.
    package var commit: String?
    /// Whether the `.git` directory is part of the files; nil if the reference does not say.
    package var keepsGitDirectory: Bool?
    package var fetchesSubmodules = true
    /// Whether the commit is fetched by its id, without asking what the reference refers to.
    package var fetchesByCommit = false
    /// Whether files get the time of the commit rather than of the checkout.
    package var usesCommitTime = false

    /// Parses a source; nil if it is not a git repository.
    ///
    /// - Parameter isContext: whether it is a build context, for which `github.com/...` is allowed.
    /// - Throws: ``BuildError`` for an invalid query, reference or commit.
    package init?(_ text: String, isContext: Bool = false) throws {
        var (rest, fragment) = Self.cut(text, at: "#")
        let query: String?
        (rest, query) = Self.cut(rest, at: "?")
        if isContext, rest.hasPrefix("github.com/") { rest = "https://" + rest }
        guard Self.isRemote(rest) else { return nil }
        remote = rest
        if let fragment {
            // In URLs, unlike in `user@host:path`, it may be encoded.
            let text = remote.range(ofText: "://") == nil ? fragment : PercentEncoding.decode(fragment)
            let (ref, directory) = Self.cut(text, at: ":")
            self.ref = ref
            self.directory = directory ?? ""
        }
        var kinds = Kinds()
        for field in (query ?? "").split(separator: "&") { try take(String(field), &kinds) }
        try resolve(kinds)
        directory = Self.clean(directory)
        guard !directory.split(separator: "/").contains(where: { $0.lowercased() == ".git" }),
            !directory.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f })
        else {
            throw BuildError(.invalid, "\(directory): git's own directory cannot be copied: use --keep-git-dir")
        }
        if fetchesByCommit, !isCommit {
            guard let commit, Self.isObjectID(commit) else {
                throw BuildError(.invalid, "the git query \"fetch-by-commit\" needs a whole commit: \"commit=...\"")
            }
        }
        if isCommit, let commit, !ref.hasPrefix(commit) {
            throw BuildError(.invalid, "conflicting git commits: \"\(ref)\" and \"\(commit)\"")
        }
        guard !ref.hasPrefix("-"), !ref.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }),
            !ref.contains(where: { ":*?[\\^~".contains($0) }), !ref.contains("..")
        else { throw BuildError(.invalid, "invalid git reference \"\(ref)\"") }
    }

    /// The remote without a password, for messages.
    package var displayName: String {
        guard let scheme = remote.range(ofText: "://") else { return remote }
        let authority = remote[scheme.upperBound...].prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return remote }
        return String(remote[..<scheme.upperBound] + remote[remote.index(after: at)...])
    }

    /// Whether the ref is a whole commit id.
    var isCommit: Bool { Self.isObjectID(ref) }

    static func isObjectID(_ text: String) -> Bool {
        [40, 64].contains(text.utf8.count) && text.utf8.allSatisfy(isHexDigit)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    // MARK: Parts

    private static func cut(_ text: String, at separator: Character) -> (String, String?) {
        guard let index = text.firstIndex(of: separator) else { return (text, nil) }
        return (String(text[..<index]), String(text[text.index(after: index)...]))
    }

    private static func clean(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    private static func isRemote(_ text: String) -> Bool {
        if let end = text.range(ofText: "://") {
            let path = text[end.upperBound...]
            guard let first = path.first, first != "-", first != "/" else { return false }
            switch text[..<end.lowerBound].lowercased() {
            case "http", "https": return path.contains("/") && path.hasSuffix(".git")
            case "ssh", "git": return true
            default: return false
            }
        }
        // user@host:path
        guard let at = text.firstIndex(of: "@"), let colon = text[at...].firstIndex(of: ":") else { return false }
        let (user, host) = (text[..<at], text[text.index(after: at)..<colon])
        func isWord(_ word: Substring, _ special: String) -> Bool {
            !word.isEmpty && !word.hasPrefix("-")
                && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || special.contains($0)) }
        }
        return isWord(user, "-_") && isWord(host, "-.") && !text[text.index(after: colon)...].isEmpty
    }

    // MARK: Query

    /// The kinds of references in the query.
    private struct Kinds {
        var tag, branch: String?
        var names: Set<String> = []
    }

    private mutating func take(_ field: String, _ kinds: inout Kinds) throws {
        let (key, encoded) = Self.cut(field, at: "=")
        let value = PercentEncoding.decode(encoded ?? "")
        guard kinds.names.insert(key).inserted else {
            throw BuildError(.invalid, "git query \"\(key)\" has several values")
        }
        func text() throws -> String {
            guard !value.isEmpty else { throw BuildError(.invalid, "git query \"\(key)\" has no value") }
            return value
        }
        func flag() throws -> Bool {
            switch value.lowercased() {
            case "", "1", "t", "true": return true
            case "0", "f", "false": return false
            default: throw BuildError(.invalid, "invalid value of the git query \"\(key)\": \"\(value)\"")
            }
        }
        switch key {
        case "ref": try setRef(text())
        case "tag": kinds.tag = try text()
        case "branch": kinds.branch = try text()
        case "subdir":
            let value = try text()
            guard directory.isEmpty || directory == value else {
                throw BuildError(.invalid, "conflicting git directories: \"\(directory)\" and \"\(value)\"")
            }
            directory = value
        case "commit", "checksum":
            let value = try Self.commit(text())
            guard commit == nil || commit == value else {
                throw BuildError(.invalid, "conflicting git commits: \"\(commit ?? "")\" and \"\(value)\"")
            }
            commit = value
        case "fetch-by-commit": fetchesByCommit = try flag()
        case "keep-git-dir": keepsGitDirectory = try flag()
        case "submodules": fetchesSubmodules = try flag()
        case "mtime":
            guard ["checkout", "commit"].contains(try text()) else {
                throw BuildError(.invalid, "the git query \"mtime\" takes checkout or commit, not \"\(value)\"")
            }
            usesCommitTime = value == "commit"
        default: throw BuildError(.invalid, "unexpected git query \"\(key)\"")
        }
    }

    /// A commit, or its first digits.
    static func commit(_ text: String) throws -> String {
        guard (7...64).contains(text.utf8.count), text.utf8.allSatisfy(isHexDigit) else {
            throw BuildError(.invalid, "invalid git commit \"\(text)\": expected at least 7 hexadecimal digits")
        }
        return text
    }

    private mutating func setRef(_ value: String) throws {
        guard ref.isEmpty || ref == value else {
            throw BuildError(.invalid, "conflicting git references: \"\(ref)\" and \"\(value)\"")
        }
        ref = value
    }

    private mutating func resolve(_ kinds: Kinds) throws {
        guard kinds.tag == nil || kinds.branch == nil else {
            throw BuildError(.invalid, "conflicting git queries: tag and branch")
        }
        if let tag = kinds.tag { try setRef(tag.hasPrefix("refs/tags/") ? tag : "refs/tags/\(tag)") }
        if let branch = kinds.branch { try setRef(branch.hasPrefix("refs/heads/") ? branch : "refs/heads/\(branch)") }
    }
}
