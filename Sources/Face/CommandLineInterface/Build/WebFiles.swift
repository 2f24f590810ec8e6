import ContentDigest
import Distribution
import Glibc
import HTTPHeaders
import LinuxSystem
import ProgressEvents
import StreamCompression
import WorkingContainers

/// Files from web servers, accessed with the settings for registries.
final class WebFiles: RemoteFileProvider, Sendable {
    private let registries: RegistryAccess
    private let report: ProgressHandler

    init(_ registries: RegistryAccess, report: @escaping ProgressHandler) {
        self.registries = registries
        self.report = report
    }

    /// Requests a file.
    ///
    /// - Parameter authorization: the `Authorization` header for its server; nil for the address's user.
    func open(_ address: String, authorization: String?) throws -> RemoteFile {
        guard let file = try open(address, since: RemoteFile.Condition(), authorization: authorization) else {
            throw CommandError("\(AddressRedaction.redacted(address)): the server calls the file unchanged, unasked")
        }
        return file
    }

    private func open(
        _ address: String, since condition: RemoteFile.Condition, authorization: String?
    ) throws -> RemoteFile? {
        let options = registries.options
        let tls = try TLSSettings(
            isVerified: options.verifiesTLS ?? true, directory: options.certificateDirectory,
            minimum: options.minimumTLS)
        return try RemoteFile.openIfChanged(
            address, since: condition, authorization: authorization, on: registries.transport, tls: tls,
            retry: options.retry
        ) { failures, error in
            self.report(.warning("retrying (\(failures)/\(options.retry.retries)): \(error)"))
        }
    }

    func fetch(_ request: RemoteFileRequest, into directory: String) throws -> RemoteFileVersion? {
        let address = request.address
        let condition = RemoteFile.Condition(
            entityTag: request.known?.entityTag, lastModified: request.known?.lastModified)
        guard let file = try open(address, since: condition, authorization: request.authorization) else { return nil }
        let name = FetchedFile.name(of: address, decoded: WebFiles.decoded)
        let output = try OwnedFD.open("\(directory)/\(name)", O_CREAT | O_EXCL | O_WRONLY, mode: 0o600)
        let verifier = request.checksum.map { DigestVerifier(expecting: $0) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            let count = try file.source.read(into: buffer)
            if count == 0 { break }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            verifier?.update(bytes)
            try output.writeAll(bytes)
        }
        do {
            try verifier?.verify()
        } catch {
            throw CommandError("unexpected response digest for \"\(AddressRedaction.redacted(address))\": \(error)")
        }
        let time = file.lastModified.flatMap(WebFiles.time) ?? FileTime(seconds: 0)
        try Files.setTimes(fd: output.raw, access: time, modification: time)
        return RemoteFileVersion(name: name, entityTag: file.entityTag, lastModified: file.lastModified)
    }

    /// A part of an address without percent-encoding, unless the result would not be text.
    private static func decoded(_ text: String) -> String {
        String(validating: PercentEncoding.bytes(text), as: UTF8.self) ?? text
    }

    /// `Wed, 21 Oct 2015 07:28:00 GMT` (RFC 9110, 5.6.7); nil for anything else.
    static func time(_ text: String) -> FileTime? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let fields = text.split { " :,".contains($0) }
        guard fields.count == 8, fields[7] == "GMT", let day = Int32(fields[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(fields[2])), let year = Int32(fields[3]),
            (1601...9999).contains(year), let hour = Int32(fields[4]), (0...23).contains(hour),
            let minute = Int32(fields[5]), (0...59).contains(minute), let second = Int32(fields[6]),
            (0...60).contains(second)
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, Int32(month), day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        return FileTime(seconds: Int64(timegm(&parts)))
    }
}
