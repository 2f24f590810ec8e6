import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ImageModel
import JSONText
import LinuxSystem
import ManifestLists
import SoftwareInventory
import WorkingContainers

/// `sbom`: lists the packages in an image of the store.
enum SBOMCommand: Command {
    static let grammar = CommandGrammar(
        "sbom", summary: "List the packages in an image",
        details: "Finds packages of dpkg, apk, RPM, PyPI, npm, Go, Cargo and Swift in the image's files.",
        usage: "sbom [options] IMAGE",
        examples: ["sbom localhost/app", "sbom --format table alpine", "sbom -o app.spdx.json localhost/app"],
        flags: [
            .string("format", "spdx-json|table", default: "spdx-json", help: "SPDX 2.3 in JSON, or a table"),
            .string("output", short: "o", "file", help: "file to write to instead of standard output"),
        ] + PlatformFlags.one, arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let name = arguments.positionals[0]
        let format = arguments.string("format") ?? "spdx-json"
        guard format == "spdx-json" || format == "table" else {
            throw CommandError("unknown --format \"\(format)\": choose spdx-json or table")
        }
        let created = try time(session)
        let platform = try PlatformFlags.wanted(arguments).first ?? Platform.host
        let store = try session.openStore(mounts: true)
        guard let found = try store.image(name) else { throw CommandError("\(name): image not known") }
        let image = try StoredImage(ManifestList.image(behind: found, for: platform, in: store), in: store)
        let scan = try scan(ofLayer: image.record.topLayer, in: store)
        for warning in scan.warnings { session.printError("[Warning] \(warning)") }
        let text: [UInt8]
        if format == "table" {
            text = Array(table(scan).lines.map { $0 + "\n" }.joined().utf8)
        } else {
            let document = SPDXDocument(
                name: image.record.names.first ?? name, digest: image.manifest.digest, created: created, tool: tool,
                scan: scan)
            text = document.json.serialized(pretty: true, indent: "  ") + Array("\n".utf8)
        }
        if let file = arguments.string("output") {
            try OutputFile.write(text, to: file)
        } else {
            session.write(text)
        }
        return 0
    }

    static var tool: String { "swiftlet-\(Swiftlet.version)" }

    /// The packages in the files of a layer with those below.
    static func scan(ofLayer layer: String?, in store: ContainerStore) throws -> SoftwareScan {
        let root = try ReadOnlyRoot(of: layer, in: store)
        defer { root.close() }
        return try SoftwareScan(of: RootedDirectory(opening: root.path))
    }

    /// The time of the document: `$SOURCE_DATE_EPOCH`, or now.
    private static func time(_ session: Session) throws -> FileTime {
        guard let text = session.environment.value("SOURCE_DATE_EPOCH"), !text.isEmpty else { return Clock.now() }
        guard let seconds = Int64(text), Clock.rfc3339Range.contains(seconds) else {
            throw CommandError("SOURCE_DATE_EPOCH=\(text) is not a number of seconds")
        }
        return FileTime(seconds: seconds)
    }

    private static func table(_ scan: SoftwareScan) -> TextTable {
        var table = TextTable(header: ["NAME", "VERSION", "TYPE", "LOCATION"])
        for package in scan.packages {
            // What a stranger's package calls itself must not add lines.
            let cells = [package.name, package.version].map { String($0.map { $0.isNewline ? " " : $0 }) }
            table.add(cells + [package.ecosystem.rawValue, package.location.description])
        }
        return table
    }
}
