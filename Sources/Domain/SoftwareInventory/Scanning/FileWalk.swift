import Glibc
import LinuxSystem

// arithmetic: depth: bounded
// arithmetic: offset, filled, base: in the file, whose size is known

/// Visits every file below a root once, by descriptor, in the order of the names' bytes.
struct FileWalk {
    private(set) var packages: [SoftwarePackage] = []
    private(set) var warnings: [String] = []
    private var visited = 0

    /// Directories deeper than this are not visited: each level holds a descriptor.
    private static let maximumDepth = 200
    /// The number of files that are visited.
    private static let maximumFiles = 20_000_000
    /// The number of packages that are listed.
    private static let maximumPackages = 2_000_000

    mutating func visit(_ root: borrowing RootedDirectory) throws {
        try visit(OwnedFD.open(at: root.fd, ".", O_RDONLY | O_DIRECTORY), [], depth: 0)
    }

    private mutating func visit(_ directory: consuming OwnedFD, _ path: [UInt8], depth: Int) throws {
        var entries = try Files.entries(of: directory).map { (entry: $0, bytes: $0.bytes) }
        entries.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        for (entry, bytes) in entries {
            visited += 1
            guard visited <= Self.maximumFiles else { throw InventoryError("the image has too many files") }
            let place = path.isEmpty ? bytes : path + [UInt8(ascii: "/")] + bytes
            switch try entry.kind ?? Files.status(at: directory.raw, entry.name).kind {
            case .directory:
                guard depth < Self.maximumDepth else {
                    warnings.append("\(FileLocation(place)): nested too deeply, not looked into")
                    continue
                }
                let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
                try visit(OwnedFD.open(at: directory.raw, entry.name, flags), place, depth: depth + 1)
            case .regular:
                try inspect(entry.name, bytes, in: directory, place)
            default: continue
            }
        }
    }

    private mutating func inspect(
        _ name: [CChar], _ bytes: [UInt8], in directory: borrowing OwnedFD, _ place: [UInt8]
    ) throws {
        let location = FileLocation(place)
        guard let kind = PackageFile(name: bytes, path: place) else {
            let status = try Files.status(at: directory.raw, name)
            guard status.permissions & 0o111 != 0, status.size > 1024 else { return }
            let file = try ScannedFile(opening: name, in: directory.raw, at: location)
            guard try file.bytes(at: 0, count: 4) == ELFSections.magic else { return }
            return add(try ProgramPackages.all(in: file), location)
        }
        do {
            let content = try ScannedFile(opening: name, in: directory.raw, at: location).content(limit: kind.limit)
            add(try kind.packages(content, location), location)
        } catch let error as InventoryError {
            warnings.append("\(location): \(error)")
        } catch let error as LinuxError where error.code == EFBIG {
            warnings.append("\(location): larger than \(kind.limit) bytes, not read")
        }
    }

    private mutating func add(_ found: [SoftwarePackage], _ location: FileLocation) {
        guard packages.count + found.count <= Self.maximumPackages else {
            return warnings.append("\(location): not listed: there are too many packages")
        }
        packages += found
    }
}

/// An open file of an image.
final class ScannedFile {
    private let file: OwnedFD
    let location: FileLocation
    let size: Int64

    /// Opens a regular file; anything else that has taken its place throws.
    init(opening name: [CChar], in directory: Int32, at location: FileLocation) throws {
        let file = try OwnedFD.open(at: directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
        let status = try file.status()
        guard status.kind == .regular else { throw InventoryError("\(location) is not a regular file") }
        self.file = file
        self.location = location
        size = status.size
    }

    /// - Throws: `LinuxError` with `EFBIG` for a larger file.
    func content(limit: Int) throws -> [UInt8] { try file.readAll(limit: limit) }

    /// Bytes at an offset; nil if the file does not have them.
    func bytes(at offset: UInt64, count: Int) throws -> [UInt8]? {
        guard let end = Int64(exactly: offset)?.addingReportingOverflow(Int64(count)), !end.overflow,
            end.partialValue <= size, count >= 0
        else { return nil }
        var filled = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            while let base = buffer.baseAddress, filled < count {
                // arithmetic: in the file
                let result = pread(file.raw, base + filled, count - filled, off_t(offset) + off_t(filled))
                if result < 0, errno == EINTR { continue }
                guard result > 0 else { break }
                filled += result
            }
            length = filled
        }
        return filled == count ? bytes : nil
    }
}

/// Opens files at well-known places, following links inside the root.
enum KnownFile {
    /// The content of a file; nil if there is none, or something else than a file.
    static func content(_ path: String, in root: borrowing RootedDirectory, limit: Int) throws -> [UInt8]? {
        do throws(LinuxError) {
            let handle = try root.handle(at: path)
            guard try handle.status().kind == .regular else { return nil }
            return try handle.readFile(limit: limit)
        } catch {
            if [ENOENT, ENOTDIR, ELOOP, EACCES].contains(error.code) { return nil }
            if error.code == EFBIG { throw InventoryError("/\(path): larger than \(limit) bytes") }
            throw error
        }
    }
}
