import Glibc
import LinuxSystem

/// Finds a build's Dockerfile, context directory and ignore file.
struct BuildFiles {
    let dockerfile: (name: String, text: String)
    let context: String?
    let ignoreFile: (name: String, text: String)?

    private static let limit = 16 << 20

    /// - Parameters:
    ///   - context: a directory; nil: the working directory, unless only a Dockerfile on standard input is given.
    ///   - files: `--file` values: `-` for standard input.
    static func find(context: String?, files: [String], ignoreFile: String?) throws -> BuildFiles {
        guard files.count <= 1 else { throw CommandError("several --file flags are not supported yet") }
        if let context, context.contains("://") || context.hasPrefix("git@") {
            throw CommandError("a context at a URL is not supported yet: \(context)")
        }
        // `build -` reads a Dockerfile, without any context.
        if context == "-" {
            return BuildFiles(dockerfile: ("-", try standardInput()), context: nil, ignoreFile: nil)
        }
        let directory = try absolute(context ?? ".")
        let status = try Files.status(directory, followSymlinks: true)
        guard status.kind == .directory else { throw CommandError("context \(context ?? ".") is not a directory") }
        let (path, dockerfile) = try self.dockerfile(files.first, in: directory)
        return BuildFiles(
            dockerfile: dockerfile, context: directory,
            ignoreFile: try self.ignoreFile(ignoreFile, dockerfile: path, in: directory))
    }

    private static func absolute(_ path: String) throws -> String {
        guard let resolved = realpath(path, nil) else { throw LinuxError("open", path, code: errno) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func dockerfile(
        _ file: String?, in directory: String
    ) throws -> (path: String?, (name: String, text: String)) {
        guard let file else {
            for name in ["Containerfile", "Dockerfile"] {
                let path = "\(directory)/\(name)"
                if let text = try read(path) { return (path, (name, text)) }
            }
            throw CommandError("no Containerfile or Dockerfile found in \(directory)")
        }
        if file == "-" { return (nil, ("-", try standardInput())) }
        if file.hasSuffix(".in") { throw CommandError("\(file): preprocessing of .in files is not supported yet") }
        // As the field's tools have it: relative to the working directory, else to the context.
        let candidates = file.hasPrefix("/") ? [file] : [file, "\(directory)/\(file)"]
        for path in candidates {
            if let text = try read(path) { return (path, (file, text)) }
        }
        throw CommandError("cannot read Dockerfile \(file): no such file")
    }

    private static func ignoreFile(
        _ file: String?, dockerfile: String?, in directory: String
    ) throws -> (name: String, text: String)? {
        if let file {
            guard let text = try read(file) else { throw CommandError("cannot read ignore file \(file): no such file") }
            return (file, text)
        }
        let beside = dockerfile.map { ["\($0).containerignore", "\($0).dockerignore"] } ?? []
        for path in beside + ["\(directory)/.containerignore", "\(directory)/.dockerignore"] {
            if let text = try read(path) { return (path, text) }
        }
        return nil
    }

    private static func read(_ path: String) throws -> String? {
        guard let status = try Files.statusIfPresent(path, followSymlinks: true), status.kind != .directory else {
            return nil
        }
        return String(decoding: try Files.readFile(path, limit: limit), as: UTF8.self)
    }

    private static func standardInput() throws -> String {
        let duplicate = try OwnedFD.open("/proc/self/fd/0", O_RDONLY)
        return String(decoding: try duplicate.readAll(limit: limit), as: UTF8.self)
    }
}
