import CommandLineGrammar
import Distribution
import Glibc
import ImageCopy
import ImageModel
import ImageTransports
import LinuxSystem

/// `image sync`, Skopeo's `sync`: copies all images of a repository, of directories or of a list to a registry or a
/// directory.
enum SyncCommand: Command {
    static let grammar = CommandGrammar(
        "sync", summary: "Synchronize one or more images from one location to another",
        usage: "sync [options] --src TRANSPORT --dest TRANSPORT SOURCE DESTINATION",
        examples: ["sync --src docker --dest dir --scoped registry.example.com/busybox /media/usb"],
        flags: [
            .string("src", short: "s", "transport", help: "SOURCE transport type: docker, dir or yaml"),
            .string("dest", short: "d", "transport", help: "DESTINATION transport type: docker or dir"),
            .bool("all", short: "a", help: "copy all images if a SOURCE image is a list"),
            .bool("scoped", help: "images at DESTINATION are prefixed using the full source image path as scope"),
            .string("append-suffix", "suffix", help: "string to append to DESTINATION tags"),
            .bool("dry-run", help: "run without actually copying data"),
            .bool("keep-going", help: "do not abort the sync if any image copy fails"),
            .bool("quiet", short: "q", hidden: true),
            .string("digestfile", "file", help: "write the digests and names of the images copied to the file"),
            ProgressFlag.flag, SignaturePolicyFlag.flag,
        ] + CopyFlags.form + SigningFlags.flags + RegistryFlags.flags(prefix: "src-", sharesBlobs: false)
            + RegistryFlags.flags(prefix: "dest-", sharesBlobs: false) + RegistryFlags.shared + [
                RegistryFlags.bothEnds
            ], arguments: .exactly(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let (from, to) = (arguments.string("src") ?? "", arguments.string("dest") ?? "")
        guard ["docker", "dir", "yaml"].contains(from) else {
            throw CommandError(
                from.isEmpty ? "a source transport must be specified" : "\"\(from)\" is not a valid source transport")
        }
        if let file = arguments.string("digestfile") { try OutputFile.checkWritable(file) }
        guard ["docker", "dir"].contains(to) else {
            throw CommandError(
                to.isEmpty
                    ? "a destination transport must be specified" : "\"\(to)\" is not a valid destination transport")
        }
        guard from != to || from == "docker" else {
            throw CommandError("sync from 'dir' to 'dir' not implemented, consider using rsync instead")
        }
        let access = try RegistryFlags.access(arguments, session, prefix: "src-")
        let listing = SyncListing(access: access, arguments: arguments, session: session)
        let sources = try listing.images(of: arguments.positionals[0], transport: from)
        return try SyncRun(arguments, session).copy(sources, to: arguments.positionals[1], transport: to)
    }
}

/// Copies the found images.
private struct SyncRun {
    private let arguments: ParsedArguments
    private let session: Session
    private let rendering: ProgressRendering

    init(_ arguments: ParsedArguments, _ session: Session) throws {
        self.arguments = arguments
        self.session = session
        rendering = try ProgressFlag.rendering(arguments, .output)
    }

    func copy(_ images: [SyncImage], to place: String, transport: String) throws -> Int32 {
        var options = CopyOptions(arguments.bool("all") ? .all : .platform(try CopyFlags.wantedPlatform(arguments)))
        options.format = try CopyFlags.manifestType(arguments.string("format"))
        options.signer = try SigningFlags.signer(arguments)
        options.removesSignatures = arguments.bool("remove-signatures")
        options.preservesDigests = arguments.bool("preserve-digests")
        options.admission = try SignaturePolicyFlag.admission(arguments, session)
        var resolver = try Transports.resolver(for: [], arguments, prefix: "dest-", session)
        var digests = ""
        var failures = 0
        for (number, image) in images.enumerated() {
            let target = self.target(of: image, at: place, transport: transport)
            let verb = arguments.bool("dry-run") ? "Would have copied image ref" : "Copying image ref"
            session.log(
                .info, "\(verb) \(number + 1)/\(images.count)",
                [(key: "from", value: image.reference), (key: "to", value: target)])
            if arguments.bool("dry-run") { continue }
            do {
                if transport == "dir" { try prepare(String(target.dropFirst("dir:".count))) }
                resolver.registries = try RegistryFlags.access(arguments, session, prefix: "dest-")
                let manifest = try ImageCopier(options, report: rendering.handler).copy(
                    image.open(resolver), to: resolver.target(target))
                digests += "\(manifest.digest) \(target)\n"
            } catch {
                guard arguments.bool("keep-going") else { throw error }
                failures += 1
                session.log(.error, "copying \(image.reference): \(error)")
            }
        }
        if let file = arguments.string("digestfile") { try OutputFile.write(digests, to: file) }
        let verb = arguments.bool("dry-run") ? "Would have synced" : "Synced"
        session.log(
            .info, "\(verb) \(images.count - failures) images from \(Set(images.map(\.origin)).count) sources")
        guard failures == 0 else { throw CommandError("sync failed: \(failures) of \(images.count) images") }
        return 0
    }

    private func target(of image: SyncImage, at place: String, transport: String) -> String {
        var suffix = image.suffix
        if !arguments.bool("scoped") { suffix = suffix.split(separator: "/").last.map(String.init) ?? suffix }
        let base = place.hasSuffix("/") ? String(place.dropLast()) : place
        let trimmed = suffix.hasPrefix("/") ? String(suffix.dropFirst()) : suffix
        return "\(transport):\(transport == "docker" ? "//" : "")\(base)/\(trimmed)"
            + (arguments.string("append-suffix") ?? "")
    }

    private func prepare(_ path: String) throws {
        guard !Files.exists(path) else { throw CommandError("refusing to overwrite destination directory \"\(path)\"") }
        try Files.makeDirectories(path, mode: 0o755)
    }
}
