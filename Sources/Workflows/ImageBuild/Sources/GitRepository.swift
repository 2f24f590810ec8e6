import BuildGraph
package import LinuxSystem
import WorkingContainers

/// Fetches files of a git repository with the git program, without the user's or the repository's configuration: no
/// hooks, no filters, and no transports but those of the network.
package struct GitRepository {
    private let reference: GitReference
    private let environment: [String]

    /// - Parameter environment: `NAME=value` for git: the search path, proxies, and an SSH agent.
    package init(_ reference: GitReference, environment: [String]) {
        self.reference = reference
        self.environment =
            environment + [
                "GIT_ALLOW_PROTOCOL=http:https:ssh:git", "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1",
                "GIT_CONFIG_GLOBAL=/dev/null", "HOME=/dev/null", "GIT_LFS_SKIP_SMUDGE=1", "LC_ALL=C",
                "GIT_SSH_COMMAND=ssh -F none -o BatchMode=yes -o IdentityFile=/dev/null",
            ]
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
        _ = try git(["checkout", "--quiet", "--detach", "\(target.id)^{commit}"], in: directory)
        if reference.fetchesSubmodules, reference.keepsGitDirectory == true, reference.displayName != reference.remote,
            Files.exists("\(directory)/.gitmodules")
        {
            throw BuildError(
                .unsupported,
                "\(reference.displayName): the password in the URL would stay in .git with its submodules: "
                    + "use the secret GIT_AUTH_TOKEN, or submodules=false")
        }
        if reference.fetchesSubmodules, Files.exists("\(directory)/.gitmodules") {
            _ = try git(["submodule", "update", "--quiet", "--init", "--recursive", "--depth=1"], in: directory)
        }
        guard reference.keepsGitDirectory == true else { return }
        _ = try git(["remote", "set-url", "origin", reference.displayName], in: directory)
        _ = try git(["reflog", "expire", "--all", "--expire=now"], in: directory)
        try? Files.removeFile("\(directory)/.git/FETCH_HEAD")
    }

    private func fetch(_ target: Target, in directory: String) throws {
        let fetch = ["fetch", "--quiet", "--no-tags", "--update-head-ok"]
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
            "http.lowSpeedLimit=1", "http.lowSpeedTime=60",
        ]
        // git would send the secret header to the server that another one redirects to.
        if environment.contains(where: { $0.hasPrefix("GIT_CONFIG_COUNT=") }) {
            settings.append("http.followRedirects=false")
        }
        let command = ["git"] + settings.flatMap { ["-c", $0] } + arguments
        let result: (status: Int32, output: [UInt8], errors: [UInt8])
        do {
            result = try ChildProcess.run(
                command, environment: environment, captureOutput: true, workingDirectory: directory)
        } catch {
            throw BuildError(.unsupported, "\(reference.displayName) requires git, which cannot be run: \(error)")
        }
        guard result.status == 0 else {
            let text = String(decoding: result.errors, as: UTF8.self).split(separator: "\n").suffix(4)
            throw BuildError(
                .stepFailed, "\(reference.displayName): git \(arguments[0]): \(text.joined(separator: "; "))")
        }
        return String(decoding: result.output, as: UTF8.self)
    }
}
