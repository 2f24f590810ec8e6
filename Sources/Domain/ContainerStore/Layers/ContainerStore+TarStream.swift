import Glibc
import LinuxSystem
package import StreamCompression
import TarArchive

extension ContainerStore {
    /// The exact bytes of the archive from which a layer was created, assembled from its tar-split data and its files;
    /// nil without tar-split data, in which case the archive must be recreated.
    ///
    /// Files that have changed since cause an error while the stream is read; to be certain, compare the digest with
    /// the layer's diff ID. The layer must not be removed meanwhile.
    package func tarStream(of layer: String) throws(StoreError) -> (any ByteSource)? {
        let path: String? = try locked(layers: .shared) {
            guard let record = try layerByID(layer) else {
                throw StoreError(.notFound, "no layer \(layer)", subject: layer)
            }
            guard record.isReadOnly else { return layout.tarSplit(layer) }
            return additionalStores.map { $0.layout.tarSplit(layer) }.first { Files.exists($0) }
        }
        guard let path else { return nil }
        return try StoreError.mapping {
            guard Files.exists(path) else { return nil }
            let lines = try DecompressingSource(OpenFileSource(try OwnedFD.open(path, O_RDONLY)), .gzip)
            let directories = try storage.contentDirectories(of: layer)
            return AssembledSource(lines: lines, files: try LayerFiles(directories))
        }
    }

    /// The gzipped tar-split data of a layer; nil if there is none.
    package func tarSplit(of layer: String) throws(StoreError) -> [UInt8]? {
        try StoreError.mapping { try Files.readFileIfPresent(layout.tarSplit(layer), limit: 1 << 30) }
    }
}

/// Reads from a descriptor that it owns.
private final class OpenFileSource: ByteSource {
    private let file: OwnedFD

    init(_ file: consuming OwnedFD) {
        self.file = file
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try file.read(into: buffer)
    }
}

/// A layer's archive, assembled while it is read.
private final class AssembledSource: ByteSource {
    private let assembler: TarSplitAssembler

    init(lines: any ByteSource, files: LayerFiles) {
        assembler = TarSplitAssembler(
            lines: { try lines.read(into: $0) },
            openFile: { name in
                let file = OpenFileSource(try files.open(name))
                return { try file.read(into: $0) }
            })
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try assembler.read(into: buffer)
    }
}

/// The files of a layer and its parents, by their names in the archive.
private final class LayerFiles {
    private let directories: [String]

    init(_ directories: [String]) throws {
        self.directories = directories
    }

    /// Opens the nearest regular file with this name; never escapes the layers' directories.
    func open(_ name: [UInt8]) throws -> OwnedFD {
        let path = name.map { CChar(bitPattern: $0) } + [0]
        var failure = LinuxError("open", String(decoding: name, as: UTF8.self), code: ENOENT)
        for directory in directories {
            do throws(LinuxError) {
                let root = try RootedDirectory(opening: directory)
                let file = try root.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)
                if try file.status().kind == .regular { return file }
            } catch {
                if !error.isMissing, error.code != ELOOP { failure = error }
            }
        }
        throw failure
    }
}
