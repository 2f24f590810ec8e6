import CommandLineGrammar
import Glibc
import LinuxSystem

/// Finds a build's Dockerfile, context directory and ignore file.
struct BuildFiles {
    let dockerfile: (name: String, text: String)
    let context: String?
    let ignoreFile: (name: String, content: [UInt8])?

    /// - Parameters:
    ///   - context: a directory; nil: the working directory, unless only a Dockerfile on standard input is given.
    ///   - files: `--file` values; `-` is standard input.
    ///   - preprocessorFlags: for `cpp`, which preprocesses files named `*.in`.
    static func find(
        context: String?, files: [String], ignoreFile: String?, preprocessorFlags: [String]
    ) throws -> BuildFiles {
        if let context, context.contains("://") || context.hasPrefix("git@") {
            throw CommandError("contexts at URLs are not supported yet: \(context)")
        }
        // `build -` reads a Dockerfile, without any context.
        if context == "-" {
            return BuildFiles(dockerfile: ("-", try standardInput()), context: nil, ignoreFile: nil)
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
        for file in files {
            var (path, dockerfile) = try self.dockerfile(file, in: directory, reader)
            guard !dockerfile.text.isEmpty else {
                throw CommandError("no contents in \((path ?? "standard input").goQuoted)")
            }
            if dockerfile.name.hasSuffix(".in") {
                dockerfile.text = try preprocess(dockerfile, in: directory, preprocessorFlags)
            }
            parts.append((path, dockerfile))
        }
        // Several files are concatenated.
        let dockerfile = (
            name: parts.map(\.file.name).joined(separator: "+"), text: parts.map(\.file.text).joined(separator: "\n")
        )
        return BuildFiles(
            dockerfile: dockerfile, context: directory,
            ignoreFile: try self.ignoreFile(ignoreFile, dockerfile: parts[0].path, in: directory, reader))
    }

    private static func dockerfile(
        _ file: String?, in directory: String, _ reader: ContextFileReader
    ) throws -> (path: String?, (name: String, text: String)) {
        guard let file else {
            for name in ["Containerfile", "Dockerfile"] {
                let path = "\(directory)/\(name)"
                if let bytes = try reader.read(path) { return (path, (name, text(bytes))) }
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
        throw CommandError("stat \(candidates.last ?? file): no such file or directory")
    }

    /// Runs a Dockerfile through the C preprocessor, so that it can include others (`#include`).
    private static func preprocess(
        _ dockerfile: (name: String, text: String), in directory: String, _ flags: [String]
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
        guard result.status == 0 else {
            let text = String(decoding: result.errors, as: UTF8.self).split(separator: "\n").joined(separator: "; ")
            throw CommandError("cpp failed on \(dockerfile.name): \(text)")
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
