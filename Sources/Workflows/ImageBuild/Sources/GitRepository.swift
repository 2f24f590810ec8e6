import BuildGraph
import Glibc
import HTTPHeaders
package import LinuxSystem
import WorkingContainers

/// Fetches files of a git repository with the git program, without the user's or the repository's configuration: no
/// hooks, no filters, and no transports but those of the network.
package struct GitRepository {
    private let reference: GitReference
    private let environment: [String]
    /// How many seconds git may be silent: it tells about its progress all the time.
    private let silenceLimit: Int32

    /// - Parameter environment: `NAME=value` for git: the search path, proxies, an SSH agent, and HOME, which is only
    ///   for the user's known hosts.
    package init(_ reference: GitReference, environment: [String], silenceLimit: Int32 = 60) {
        self.reference = reference
        self.silenceLimit = silenceLimit
        let home = environment.first { $0.hasPrefix("HOME=") }?.dropFirst(5)
        self.environment =
            environment.filter { !$0.hasPrefix("HOME=") } + [
                "GIT_ALLOW_PROTOCOL=http:https:ssh:git", "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1",
                "GIT_CONFIG_GLOBAL=/dev/null", "HOME=/dev/null", "GIT_LFS_SKIP_SMUDGE=1", "LC_ALL=C",
                "GIT_SSH_COMMAND=\(Self.sshCommand(home: home.map(String.init)))",
            ]
    }

    /// In a user namespace, ssh takes root's home directory for the user's.
    static func sshCommand(home: String?) -> String {
        var options = [
            "BatchMode=yes", "IdentityFile=/dev/null", "ConnectTimeout=30", "ServerAliveInterval=15",
            "ServerAliveCountMax=4", "PermitLocalCommand=no", "ForwardAgent=no",
        ]
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@,:=")
        if let home, home.hasPrefix("/"), home.allSatisfy(plain.contains) {
            options.append("UserKnownHostsFile=\(home)/.ssh/known_hosts")
        }
        return "ssh -F none " + options.map { "-o \($0)" }.joined(separator: " ")
    }

    /// What a reference refers to.
    package struct Target: Sendable, Equatable {
        /// The object: a commit, or an annotated tag.
        package let id: String
        /// Its name in the repository; nil for one given by its id.
        let name: String?
    }

    // MARK: Finding

    /// Asks the repository for the reference's commit.
    ///
    /// - Throws: ``BuildError`` also if it is not the expected commit.
    package func resolve() throws -> Target {
        if reference.isCommit {
            try check([reference.ref])
            return Target(id: reference.ref, name: nil)
        }
        if reference.fetchesByCommit, let commit = reference.commit { return Target(id: commit, name: nil) }
        let ref = reference.ref.isEmpty ? "HEAD" : reference.ref
        let output = try git(["ls-remote", "--", reference.remote, ref, "\(ref)^{}"])
        var ids: [String: String] = [:]
        for line in output.split(separator: "\n") {
            let fields = line.split(separator: "\t", maxSplits: 1)
            if fields.count == 2, GitReference.isObjectID(String(fields[0])) {
                ids[String(fields[1])] = String(fields[0])
            }
        }
        func name(in folder: String) -> String { ref.hasPrefix(folder) ? ref : folder + ref }
        // As git itself does, branches before tags.
        let names = ref == "HEAD" ? [ref] : [name(in: "refs/"), name(in: "refs/heads/"), name(in: "refs/tags/")]
        for name in names {
            guard let id = ids[name] else { continue }
            try check([id] + (ids["\(name)^{}"].map { [$0] } ?? []))
            return Target(id: id, name: name)
        }
        throw BuildError(.notFound, "\(reference.displayName): the repository has no reference \(ref)")
    }

    private func check(_ ids: [String]) throws {
        guard let wanted = reference.commit, !ids.contains(where: { $0.hasPrefix(wanted) }) else { return }
        throw BuildError(
            .invalid, "\(reference.displayName): expected commit \(wanted), got \(ids.joined(separator: " or "))")
    }

    // MARK: Fetching

    /// Checks the target out into a directory, which is created.
    package func checkOut(_ target: Target, into directory: String) throws {
        var start = ["init", "--quiet", "--template=", "--initial-branch=main"]
        if target.id.utf8.count == 64 { start.append("--object-format=sha256") }
        _ = try git(start + ["--", directory])
        _ = try git(["remote", "add", "origin", reference.remote], in: directory)
        try fetch(target, in: directory)
        _ = try git(["checkout", "--progress", "--detach", "\(target.id)^{commit}"], in: directory)
        if reference.fetchesSubmodules, reference.keepsGitDirectory == true, hasSecret,
            Files.exists("\(directory)/.gitmodules")
        {
            throw BuildError(
                .unsupported,
                "\(reference.displayName): the password in the URL would stay in .git with its submodules: "
                    + "use the secret GIT_AUTH_TOKEN, or submodules=false")
        }
        if reference.fetchesSubmodules, Files.exists("\(directory)/.gitmodules") {
            _ = try git(["submodule", "update", "--progress", "--init", "--recursive", "--depth=1"], in: directory)
        }
        guard reference.keepsGitDirectory == true else { return }
        if hasSecret { _ = try git(["remote", "set-url", "origin", reference.displayName], in: directory) }
        _ = try git(["reflog", "expire", "--all", "--expire=now"], in: directory)
        try? Files.removeFile("\(directory)/.git/FETCH_HEAD")
    }

    /// Whether the address has credentials, more than the user that SSH requires.
    private var hasSecret: Bool { AddressRedaction.redacted(reference.remote) != reference.remote }

    private func fetch(_ target: Target, in directory: String) throws {
        let fetch = ["fetch", "--progress", "--no-tags", "--update-head-ok"]
        let source = target.name ?? target.id
        let specification = target.name.map { $0 == "HEAD" ? $0 : "+\($0):\($0)" } ?? source
        do {
            _ = try git(fetch + ["--depth=1", "--", "origin", specification], in: directory)
            return
        } catch let error as BuildError where target.name != nil && !error.message.contains("shallow") {
            throw error
        } catch {
            // A server of plain files sends whole histories only, and only what has a name.
        }
        let everything = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]
        _ = try git(fetch + ["--", "origin"] + (target.name == nil ? everything : [specification]), in: directory)
    }

    /// The committer's time of the checked out commit, in seconds after the epoch.
    package func commitTime(in directory: String) throws -> FileTime {
        let text = try git(["log", "-1", "--format=%ct"], in: directory)
        guard let seconds = text.split(separator: "\n").first.flatMap({ Int64($0) }) else {
            throw BuildError(.stepFailed, "\(reference.displayName): git printed no time")
        }
        return FileTime(seconds: seconds)
    }

    // MARK: The program

    private func git(_ arguments: [String], in directory: String? = nil) throws -> String {
        var settings = [
            "core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "protocol.file.allow=never",
            // A server that sends nothing for a minute is given up.
            "http.lowSpeedLimit=1", "http.lowSpeedTime=60", "advice.detachedHead=false",
        ]
        // git would send the secret header to the server that another one redirects to.
        if environment.contains(where: { $0.hasPrefix("GIT_CONFIG_COUNT=") }) {
            settings.append("http.followRedirects=false")
        }
        // Files get the modes that they have in the repository, whatever the user's file mode mask is.
        let command =
            ["sh", "-c", "umask 022; exec git \"$@\"", "git"] + settings.flatMap { ["-c", $0] } + arguments
        let result: (status: Int32, output: [UInt8], errors: [UInt8])
        do {
            result = try ChildProcess.run(
                command, environment: environment, captureOutput: true, workingDirectory: directory,
                silenceLimit: silenceLimit)
        } catch  where error.code == ETIMEDOUT {
            throw BuildError(
                .stepFailed,
                "\(reference.displayName): git \(arguments[0]): no progress for \(silenceLimit) seconds")
        } catch  where error.code == EFBIG {
            throw BuildError(
                .stepFailed, "\(reference.displayName): git \(arguments[0]): the server's answer is too long")
        } catch {
            throw BuildError(.unsupported, "\(reference.displayName) requires git, which cannot be run: \(error)")
        }
        guard result.status != 127 else {
            throw BuildError(.unsupported, "\(reference.displayName) requires git, which is not installed")
        }
        guard result.status == 0 else {
            throw BuildError(
                .stepFailed, "\(reference.displayName): git \(arguments[0]): \(Self.reason(result.errors))")
        }
        return String(decoding: result.output, as: UTF8.self)
    }

    /// The last lines of what git wrote, without its progress.
    private static func reason(_ errors: [UInt8]) -> String {
        let text = String(decoding: errors, as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).filter { line in
            !line.contains("% (") && !line.hasSuffix("done.") && !line.hasPrefix("From ")
        }
        var reason = lines.suffix(4).joined(separator: "; ")
        if reason.contains("Host key verification failed") {
            reason += "; add the host's key to ~/.ssh/known_hosts (ssh-keyscan prints it)"
        }
        return reason
    }

    // MARK: Metadata

    /// Removes git's own files from a checkout: its `.git` directory and the `.git` files of submodules.
    package static func removeMetadata(from directory: String) throws {
        try removeMetadata(from: OwnedFD.open(directory, O_RDONLY | O_DIRECTORY))
    }

    private static func removeMetadata(from directory: borrowing OwnedFD) throws {
        for entry in try Files.entries(of: directory) {
            let kind = try entry.kind ?? Files.status(at: directory.raw, entry.name).kind
            if entry.bytes.elementsEqual(".git".utf8) {
                try kind == .directory
                    ? Files.removeTree(at: directory.raw, entry.name) : Files.removeFile(at: directory.raw, entry.name)
            } else if kind == .directory {
                try removeMetadata(
                    from: OwnedFD.open(
                        at: directory.raw, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
            }
        }
    }
}
