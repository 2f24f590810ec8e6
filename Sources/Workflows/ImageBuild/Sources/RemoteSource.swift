import BuildGraph
import ContainerStore
import ContentDigest
import Glibc
import HTTPHeaders
import JSONText
import LinuxSystem
import WorkingContainers

/// A source of ADD that is fetched from elsewhere, only if the build cache lacks the step.
protocol RemoteSource: AnyObject {
    /// Everything that decides on what is copied.
    var identity: [String] { get }
    /// The modification time of everything copied; nil for each file's own.
    var fileTime: FileTime? { get }

    /// The files, fetched now if they have not been.
    func selection() throws -> CopySelection
    /// Removes what was fetched.
    func discard()
}

/// A file on a web server as a source of ADD.
///
/// What is known of a version of it decides on the build cache, so that an unchanged file is not downloaded again.
final class WebSource: RemoteSource {
    let fileTime: FileTime? = nil
    private let request: RemoteFileRequest
    private let provider: any RemoteFileProvider
    private let store: ContainerStore
    private let known: KnownRemoteFile
    private var file: FetchedFile?

    /// Asks the server for the file.
    ///
    /// - Parameter usesKnown: whether a version that an earlier build has seen need not be downloaded.
    init(
        _ request: RemoteFileRequest, by provider: any RemoteFileProvider, usesKnown: Bool, in store: ContainerStore
    ) throws {
        self.request = request
        self.provider = provider
        self.store = store
        if usesKnown, let known = try KnownRemoteFile(of: request.address, in: store),
            request.checksum == nil || request.checksum == known.content
        {
            var conditional = request
            conditional.known = known.version
            guard let file = try FetchedFile(conditional, by: provider, in: store) else {
                self.known = known
                return
            }
            self.file = file
            self.known = try KnownRemoteFile(file)
        } else {
            let file = try Self.download(request, provider, store)
            self.file = file
            known = try KnownRemoteFile(file)
        }
        if known.isRecognizable { try known.record(request.address, in: store) }
    }

    private static func download(
        _ request: RemoteFileRequest, _ provider: any RemoteFileProvider, _ store: ContainerStore
    ) throws -> FetchedFile {
        guard let file = try FetchedFile(request, by: provider, in: store) else {
            throw BuildError(.stepFailed, "\(AddressRedaction.redacted(request.address)): the server sent no file")
        }
        return file
    }

    /// The digest of the file's content.
    var content: Digest { known.content }

    var identity: [String] { [known.version.name, known.selection.description] }

    func selection() throws -> CopySelection {
        let file = try self.file ?? Self.download(request, provider, store)
        self.file = file
        let selection = try CopySelection(onlyFile: file.name, in: file.directory)
        let digest = try selection.digest(includesOwners: false)
        guard file.name == known.version.name, digest == known.selection else {
            KnownRemoteFile.forget(request.address, in: store)
            throw BuildError(
                .stepFailed,
                "\(AddressRedaction.redacted(request.address)): the file changed in the meantime, try again")
        }
        return selection
    }

    func discard() { file?.discard() }
}

/// A version of a remote file that a build has seen, recorded next to the store. It can be deleted at any time.
private struct KnownRemoteFile {
    let version: RemoteFileVersion
    /// The digest of the content.
    let content: Digest
    /// The digest of the file as a source of ADD.
    let selection: Digest

    init(_ file: FetchedFile) throws {
        version = file.version
        content = try Self.digest(ofFile: "\(file.directory)/\(file.name)")
        selection = try CopySelection(onlyFile: file.name, in: file.directory).digest(includesOwners: false)
    }

    private static func digest(ofFile path: String) throws -> Digest {
        let stream = SHA256Stream()
        let file = try OwnedFD.open(path, O_RDONLY)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            let count = try file.read(into: buffer)
            if count == 0 { return stream.finalize() }
            stream.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Whether a server can tell that it is still the same.
    var isRecognizable: Bool { version.entityTag != nil || version.lastModified != nil }

    private static func place(of address: String, in store: ContainerStore) -> String {
        "\(store.layout.ownRoom)/web-files/\(Digest.sha256(of: Array(address.utf8)).hex)"
    }

    /// What is known of an address; nil for nothing, or nothing readable.
    init?(of address: String, in store: ContainerStore) throws {
        guard let bytes = try Files.readFileIfPresent(Self.place(of: address, in: store), limit: 1 << 20),
            let value = try? JSONValue(parsing: bytes), let name = value["name"]?.string,
            let content = value["content"]?.string.flatMap({ try? Digest(parsing: $0) }),
            let selection = value["selection"]?.string.flatMap({ try? Digest(parsing: $0) })
        else { return nil }
        version = RemoteFileVersion(
            name: name, entityTag: value["entityTag"]?.string, lastModified: value["lastModified"]?.string)
        self.content = content
        self.selection = selection
        guard isRecognizable else { return nil }
    }

    func record(_ address: String, in store: ContainerStore) throws {
        let place = Self.place(of: address, in: store)
        try Files.makeDirectories("\(store.layout.ownRoom)/web-files", mode: 0o700)
        var object = JSONObject()
        object["name"] = .string(version.name)
        object["entityTag"] = version.entityTag.map { .string($0) }
        object["lastModified"] = version.lastModified.map { .string($0) }
        object["content"] = .string(content.description)
        object["selection"] = .string(selection.description)
        try Files.replaceFile(place, with: JSONValue.object(object).serialized(), synchronize: false)
    }

    static func forget(_ address: String, in store: ContainerStore) {
        try? Files.removeFile(place(of: address, in: store))
    }
}
