import CommandLineGrammar
import Glibc
import LinuxSystem
import WorkingContainers

/// Finds a build's Dockerfile, context directory and ignore file.
struct BuildFiles {
    let dockerfile: (name: String, text: String)
    let context: String?
    let ignoreFile: (name: String, content: [UInt8])?
    /// The time of a context that is elsewhere, if known.
    private(set) var time: FileTime?
    /// What to tell the user about the files.
    private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - context: a directory, an address, or `-` for standard input; nil: the working directory.
    ///   - remote: fetches what is elsewhere.
    ///   - files: `--file` values: paths, addresses, and `-` for standard input.
    ///   - preprocessorFlags: for `cpp`, which preprocesses files named `*.in`.
    static func find(
        context: String?, _ remote: RemoteContexts, files: [String], ignoreFile: String?, preprocessorFlags: [String]
    ) throws -> BuildFiles {
        if context == "-", files.contains("-") {
            throw CommandError("standard input cannot be both the build context and the Dockerfile")
        }
        let fetched = try context.flatMap { try remote.context($0) }
        if let fetched, let dockerfile = fetched.dockerfile {
            guard files.isEmpty else {
                throw CommandError("\(dockerfile.name) is a Dockerfile, not a context with one: --file cannot be used")
            }
            guard !dockerfile.content.isEmpty else {
                throw CommandError("no contents in \(dockerfile.name == "-" ? "standard input" : dockerfile.name)")
            }
            var found = BuildFiles(
                dockerfile: (dockerfile.name, text(dockerfile.content)), context: fetched.directory, ignoreFile: nil)
            found.time = fetched.time
            return found
        }
        var directory = try HostPath.real(fetched?.directory ?? context ?? ".")
        var files: [String?] = fetched.map { own(files, $0, directory) } ?? files
        // A file means itself with its directory as context.
        if files.isEmpty, try Files.status(directory, followSymlinks: true).kind != .directory {
            let slash = directory.lastIndex(of: "/") ?? directory.startIndex
            files = [directory]
            directory = slash == directory.startIndex ? "/" : String(directory[..<slash])
        }
        if files.isEmpty { files = [nil] }
        let reader = try ContextFileReader(context: directory)
        var parts: [(path: String?, file: (name: String, text: String))] = []
        var warnings: [String] = []
        for file in files {
            var (path, dockerfile) = try self.dockerfile(file, in: directory, reader, remote)
            guard !dockerfile.text.isEmpty else {
                throw CommandError("no contents in \((path ?? "standard input").goQuoted)")
            }
            if dockerfile.name.hasSuffix(".in") {
                dockerfile.text = try preprocess(dockerfile, in: directory, preprocessorFlags, &warnings)
            }
            parts.append((path, dockerfile))
        }
        // Several files are concatenated.
        let dockerfile = (
            name: parts.map(\.file.name).joined(separator: "+"), text: parts.map(\.file.text).joined(separator: "\n")
        )
        var found = BuildFiles(
            dockerfile: dockerfile, context: directory,
            ignoreFile: try self.ignoreFile(ignoreFile, dockerfile: parts[0].path, in: directory, reader))
        found.warnings = warnings
        found.time = fetched?.time
        return found
    }

    /// The paths of Dockerfiles that are in a fetched context: in a repository all are, in an archive those that exist.
    private static func own(_ files: [String], _ fetched: RemoteContexts.Fetched, _ directory: String) -> [String] {
        files.map { file in
            let isElsewhere = file == "-" || file.hasPrefix("/") || FetchedFile.isAddress(file)
            let path = "\(directory)/\(file)"
            return !isElsewhere && (fetched.hasOwnDockerfiles || Files.exists(path)) ? path : file
        }
    }

    private static func dockerfile(
        _ file: String?, in directory: String, _ reader: ContextFileReader, _ remote: RemoteContexts
    ) throws -> (path: String?, (name: String, text: String)) {
        guard let file else {
            for name in ["Containerfile", "Dockerfile"] {
                let path = "\(directory)/\(name)"
                if let bytes = try reader.read(path) { return (path, (name, text(bytes))) }
                if isDirectory(path) { throw CommandError("assumed Containerfile \(path.goQuoted) is not a file") }
            }
            throw CommandError(
                "cannot find Containerfile or Dockerfile in context directory: stat \(directory)/Dockerfile: "
                    + "no such file or directory")
        }
        if file == "-" { return (nil, ("-", try standardInput())) }
        if FetchedFile.isAddress(file) {
            let fetched = try remote.dockerfile(at: file)
            return (nil, (fetched.name, text(fetched.content)))
        }
        // As in the related tools: relative to the working directory, or else to the context.
        let candidates = file.hasPrefix("/") ? [file] : [file, "\(directory)/\(file)"]
        for path in candidates {
            if let bytes = try reader.read(path) { return (path, (file, text(bytes))) }
        }
        for path in candidates where isDirectory(path) {
            throw CommandError("containerfile: \(path.goQuoted) cannot be path to a directory")
        }
        let path = candidates.last ?? file
        do throws(LinuxError) {
            _ = try Files.status(path, followSymlinks: true)
        } catch  where error.code == ENOTDIR {
            throw CommandError("stat \(path): not a directory")
        } catch {}
        throw CommandError("stat \(path): no such file or directory")
    }

    private static func isDirectory(_ path: String) -> Bool {
        (try? Files.status(path, followSymlinks: true).kind) == .directory
    }

    /// Runs a Dockerfile through the C preprocessor, so that it can include others (`#include`). What that rejects, such
    /// as comments, which to it are unknown directives, is dropped with a warning, as by Buildah.
    private static func preprocess(
        _ dockerfile: (name: String, text: String), in directory: String, _ flags: [String],
        _ warnings: inout [String]
    ) throws -> String {
        let command = ["cpp", "-E", "-P", "-iquote", directory, "-traditional", "-undef"] + flags + ["-"]
        let result: (status: Int32, output: [UInt8], errors: [UInt8])
        do {
            result = try ChildProcess.run(command, input: Array(dockerfile.text.utf8), captureOutput: true)
        } catch {
            throw CommandError(
                "\(dockerfile.name) requires the C preprocessor, but cpp (Debian package cpp) cannot be run: \(error)"
            )
        }
        // The errors of cpp, such as comments, are warnings, and the build goes on with what is left.
        if result.status != 0 {
            let lines = String(decoding: result.errors, as: UTF8.self).split(separator: "\n")
            warnings.append("Warning: \(dockerfile.name): ignoring \(lines.joined(separator: "; "))")
        }
        return String(decoding: result.output, as: UTF8.self)
    }

    private static func ignoreFile(
        _ file: String?, dockerfile: String?, in directory: String, _ reader: ContextFileReader
    ) throws -> (name: String, content: [UInt8])? {
        if let file {
            guard let content = try reader.read(file) else {
                throw CommandError("open \(file): no such file or directory")
            }
            return (file, content)
        }
        let beside = dockerfile.map { ["\($0).containerignore", "\($0).dockerignore"] } ?? []
        for path in beside + ["\(directory)/.containerignore", "\(directory)/.dockerignore"] {
            if let content = try reader.read(path) { return (path, content) }
        }
        return nil
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func standardInput() throws -> String {
        let duplicate = try OwnedFD.open("/proc/self/fd/0", O_RDONLY)
        return text(try duplicate.readAll(limit: ContextFileReader.limit))
    }
}
