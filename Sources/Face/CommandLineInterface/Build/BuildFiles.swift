import CommandLineGrammar
import Glibc
import LinuxSystem

/// Finds a build's Dockerfile, context directory and ignore file.
struct BuildFiles {
    let dockerfile: (name: String, text: String)
    let context: String?
    let ignoreFile: (name: String, content: [UInt8])?
    /// A context from standard input, which exists as long as this value.
    private(set) var streamed: StreamedContext?
    /// What to tell the user about the files.
    private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - context: a directory; nil: the working directory; `-`: a Dockerfile or an archive on standard input.
    ///   - files: `--file` values; `-` is standard input.
    ///   - preprocessorFlags: for `cpp`, which preprocesses files named `*.in`.
    ///   - temporary: the directory for temporary files.
    static func find(
        context: String?, files: [String], ignoreFile: String?, preprocessorFlags: [String], temporary: String
    ) throws -> BuildFiles {
        if let context, context.contains("://") || context.hasPrefix("git@") {
            throw CommandError("contexts at URLs are not supported yet: \(context)")
        }
        if context == "-" {
            let streamed = try StreamedContext(readingStandardInputInto: temporary)
            // A Dockerfile has no context.
            guard let directory = streamed.directory else {
                return BuildFiles(dockerfile: ("-", text(streamed.dockerfile)), context: nil, ignoreFile: nil)
            }
            var found = try find(
                context: directory, files: files, ignoreFile: ignoreFile, preprocessorFlags: preprocessorFlags,
                temporary: temporary)
            found.streamed = streamed
            return found
        }
        var directory = try HostPath.real(context ?? ".")
        var files: [String?] = files
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
            var (path, dockerfile) = try self.dockerfile(file, in: directory, reader)
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
        return found
    }

    private static func dockerfile(
        _ file: String?, in directory: String, _ reader: ContextFileReader
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
