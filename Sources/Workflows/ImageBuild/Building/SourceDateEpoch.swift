import BuildGraph
import ContainerStore
import ContentDigest
import DockerfileSyntax
import Glibc
import ImageLayers
import ImageModel
import LinuxSystem
import StreamCompression
import TarArchive
import WorkingContainers

/// The time that `SOURCE_DATE_EPOCH` stands for, as a build argument or as a global ARG: the creation time of the image
/// and its history, and the time of the files that the build copies or makes itself. The semantics are BuildKit's.
///
/// The value is a number of seconds, `context` for the time of the build context, or the name of a stage that consists
/// of one `ADD` from the web, for the time of that file.
struct SourceDateEpoch {
    static let argument = PredefinedArguments.sourceDateEpoch

    private let dockerfile: Dockerfile
    private let options: BuildOptions

    init(_ dockerfile: Dockerfile, _ options: BuildOptions) {
        self.dockerfile = dockerfile
        self.options = options
    }

    /// The options with that time, and with the value of the argument that stages see. A time that is set already takes
    /// precedence.
    ///
    /// - Throws: `BuildError` for a value that stands for no time.
    func applied(in store: ContainerStore) throws -> BuildOptions {
        guard options.created == nil else { return options }
        let given = options.buildArguments[Self.argument]
        let time: FileTime?
        var resolved = options
        do throws(Diagnostic) {
            let globals = try globals()
            guard let text = given ?? globals[Self.argument] else { return options }
            switch try source(text, globals) {
            case .time(let known): time = known
            case .file(let address, let checksum): time = try fileTime(address, checksum, store)
            }
            let number = time.map { "\($0.seconds)" }
            if given != nil { resolved.buildArguments[Self.argument] = number }
            if globals[Self.argument] != nil { resolved.globalEpoch = number ?? "" }
        } catch {
            throw BuildError(.invalid, error.description, excerpt: error.rendered(source: dockerfile.source))
        }
        resolved.created = time
        if resolved.fileTime == nil { resolved.fileTime = time }
        if let time, options.rewritesTimes { resolved.modification = .atMost(time) }
        return resolved
    }

    /// Where the time comes from.
    enum Source: Equatable {
        /// nil: the value stands for no time, and means the same as none.
        case time(FileTime?)
        /// The file at a URL, with the digest that its content must have.
        case file(address: String, checksum: String?)
    }

    /// Interprets a value; `globals` are the values of the global arguments.
    func source(_ text: String, _ globals: [String: String]) throws(Diagnostic) -> Source {
        if text.isEmpty { return .time(nil) }
        if let seconds = Int64(text) {
            guard Clock.rfc3339Range.contains(seconds) else {
                throw invalid(text, "is not a time in the years 1 to 9999")
            }
            return .time(FileTime(seconds: seconds))
        }
        if text == "context" { return .time(options.contextTime) }
        // Neither a directory nor an image has a time of its own.
        if options.contexts[NamedContext.canonicalName(text)] != nil { return .time(nil) }
        let name = text.lowercased()
        guard let stage = dockerfile.stages.first(where: { $0.name == name }) else {
            throw invalid(text, "is neither a number of seconds, nor context, nor the name of a stage")
        }
        return try file(of: stage, globals)
    }

    /// The values of the global arguments.
    func globals() throws(Diagnostic) -> [String: String] {
        try BuildPlan.globalArguments(of: dockerfile, options.graphInputs)
    }

    // MARK: A stage as the source

    private func file(of stage: Dockerfile.Stage, _ globals: [String: String]) throws(Diagnostic) -> Source {
        var values = globals
        values[Self.argument] = nil
        guard try expand(stage.from.base, values) == "scratch" else {
            throw failure(stage.from.base.range, "a stage for \(Self.argument) must be FROM scratch")
        }
        var found: Source?
        for instruction in stage.instructions {
            switch instruction.kind {
            case .arg(let declarations):
                for declaration in declarations {
                    if let given = options.buildArguments[declaration.name] {
                        values[declaration.name] = given
                    } else if let word = declaration.defaultValue {
                        values[declaration.name] = try expand(word, values)
                    }
                }
            case .add(let add) where found == nil && add.sources.count == 1 && add.inlineFiles.isEmpty:
                let address = try expand(add.sources[0], values)
                guard FetchedFile.isAddress(address), !address.hasSuffix(".git") else {
                    throw failure(
                        instruction.range,
                        "the ADD of a stage for \(Self.argument) must be a file at a URL; "
                            + "git repositories are not supported as a source of the time")
                }
                found = .file(address: address, checksum: try optional(add.checksum, values))
            default:
                throw failure(
                    instruction.range, "a stage for \(Self.argument) must consist of one ADD of one file at a URL")
            }
        }
        guard let found else {
            throw failure(
                stage.fromInstruction.range, "a stage for \(Self.argument) must consist of one ADD of one file at a URL"
            )
        }
        return found
    }

    private func expand(_ word: Word, _ values: [String: String]) throws(Diagnostic) -> String {
        try dockerfile.expander.expand(word, in: dockerfile.source.file) { values[$0] }.value
    }

    private func optional(_ word: Word?, _ values: [String: String]) throws(Diagnostic) -> String? {
        guard let word else { return nil }
        return try expand(word, values)
    }

    /// `Last-Modified` of the file, or else the time of the newest file in it if it is an archive.
    private func fileTime(
        _ address: String, _ checksum: String?, _ store: ContainerStore
    ) throws(Diagnostic) -> FileTime? {
        do {
            guard let provider = options.remoteFiles else {
                throw BuildError(.unsupported, "this build has no access to web servers")
            }
            let allowed = try options.sourcePolicy?.address(for: address) ?? address
            let request = RemoteFileRequest(allowed, checksum: try checksum.map { try Digest(parsing: $0) })
            guard let file = try FetchedFile(request, by: provider, in: store) else {
                throw BuildError(.stepFailed, "the server says that the file is unchanged, unasked")
            }
            defer { file.discard() }
            let opened = try OwnedFD.open("\(file.directory)/\(file.name)", O_RDONLY)
            let time = try opened.status().modification
            // The time of a file whose server tells none is 0.
            let found = time != FileTime(seconds: 0) ? time : Self.newestFile(inArchive: opened.raw)
            guard found.map({ Clock.rfc3339Range.contains($0.seconds) }) ?? true else {
                throw BuildError(.invalid, "its time is not in the years 1 to 9999")
            }
            return found
        } catch {
            throw failure(nil, "\(Self.argument): \(address): \(error)")
        }
    }

    /// nil if it is no archive, or one without files.
    static func newestFile(inArchive file: Int32) -> FileTime? {
        guard let source = try? DecompressingSource(FileDescriptorSource(fd: file), nil) else { return nil }
        let reader = TarReader(read: { try source.read(into: $0) })
        var newest: FileTime?
        do {
            while let entry = try reader.next() {
                guard entry.kind == .regular else { continue }
                let time = FileTime(seconds: entry.modification.seconds)
                newest = max(newest ?? time, time)
            }
        } catch {
            return nil
        }
        return newest
    }

    // MARK: Errors

    private func invalid(_ text: String, _ why: String) -> Diagnostic {
        failure(declaration, "invalid \(Self.argument): \"\(text)\" \(why)")
    }

    private func failure(_ range: SourceRange?, _ message: String) -> Diagnostic {
        Diagnostic(file: dockerfile.source.file, range: range, message)
    }

    /// Where the Dockerfile sets the value; nil if it is a build argument.
    private var declaration: SourceRange? {
        guard options.buildArguments[Self.argument] == nil else { return nil }
        for instruction in dockerfile.globalArguments {
            guard case .arg(let declarations) = instruction.kind else { continue }
            if let found = declarations.last(where: { $0.name == Self.argument }) { return found.range }
        }
        return nil
    }
}
