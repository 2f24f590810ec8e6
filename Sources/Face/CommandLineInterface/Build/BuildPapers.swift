import BuildGraph
import CommandLineGrammar
import ContainerStore
import ContentDigest
import Glibc
import ImageBuild
import ImageModel
import JSONText
import LinuxSystem
import ManifestLists
import SoftwareInventory
import WorkingContainers

/// A document about an image, such as the list of its packages.
struct BuildPaper {
    /// The name of the file beside exported files.
    let file: String
    let predicateType: String
    let predicate: JSONValue
    /// Whether it goes only into images.
    var isInlineOnly = false

    func statement(about subjects: [InTotoStatement.Subject]) -> JSONValue {
        InTotoStatement(predicateType: predicateType, subjects: subjects, predicate: predicate).json
    }
}

/// An image with what is attested of it.
struct AttestedImage {
    let papers: [BuildPaper]
    /// A list of the image and its attestations, which is not in the store.
    let list: ManifestList

    /// - Parameter names: the image's qualified names.
    init(
        _ result: ImageBuilder.Result, _ platform: Platform, _ papers: [BuildPaper], names: [String],
        in store: ContainerStore
    ) throws {
        self.papers = papers
        let digest = result.manifest.digest
        var list = try ManifestList(names: names, of: [(result.image, platform)], in: store)
        // in-toto requires a subject; an underscore stands for one without a name.
        var subjects = names.map {
            InTotoStatement.Subject(name: ImagePackageURL.text($0, platform), sha256: digest.hex)
        }
        if subjects.isEmpty { subjects = [InTotoStatement.Subject(name: "_", sha256: digest.hex)] }
        try list.attach(
            papers.map {
                ImageAttestation(
                    predicateType: $0.predicateType, statement: $0.statement(about: subjects).serialized())
            }, to: digest)
        self.list = list
    }

    /// Writes the documents beside the image's files.
    ///
    /// - Parameters:
    ///   - root: the files.
    ///   - place: a directory that belongs to this program or to the user.
    static func write(_ papers: [BuildPaper], about root: String, into place: String, time: FileTime?) throws {
        let papers = papers.filter { !$0.isInlineOnly }
        guard !papers.isEmpty else { return }
        let subjects = try FileDigests.all(below: RootedDirectory(opening: root)).map {
            InTotoStatement.Subject(name: String($0.location.description.dropFirst()), sha256: $0.digest.hex)
        }
        for paper in papers {
            let file = "\(place)/\(paper.file)"
            let text = paper.statement(about: subjects).serialized(pretty: true, indent: "  ")
            try Files.replaceFile(file, with: text, mode: 0o644, synchronize: false)
            guard let time else { continue }
            try Files.setTimes(fd: OwnedFD.open(file, O_RDONLY | O_NOFOLLOW).raw, access: time, modification: time)
        }
    }
}

/// Writes the documents about a build.
struct PaperWriter {
    let flags: AttestationFlags
    let arguments: ParsedArguments
    /// The same for all platforms of a build.
    let invocation = RandomBytes.hex(16)

    func papers(
        about result: ImageBuilder.Result, _ options: BuildOptions, _ recorder: BuildRecorder, in store: ContainerStore,
        warn: (String) -> Void
    ) throws -> [BuildPaper] {
        var papers: [BuildPaper] = []
        if flags.listsPackages {
            let time = result.fixedTime ?? Clock.now()
            func add(_ name: String, _ scan: SoftwareScan) {
                for warning in scan.warnings { warn("[Warning] \(name): \(warning)") }
                let document = SPDXDocument(
                    name: name, digest: nil, created: time, tool: SBOMCommand.tool, scan: scan)
                papers.append(
                    BuildPaper(
                        file: "\(name).spdx.json", predicateType: InTotoStatement.spdx, predicate: document.json))
            }
            add("sbom", try SBOMCommand.scan(ofLayer: result.image.topLayer, in: store))
            for (name, scan) in recorder.stages { add("sbom-\(name)", scan) }
            if recorder.scansContext, let context = options.contextDirectory {
                add("sbom-context", try SoftwareScan(of: RootedDirectory(opening: context)))
            }
        }
        if let provenance = flags.provenance {
            papers.append(
                BuildPaper(
                    file: "provenance.json", predicateType: provenance.version.predicateType,
                    predicate: document(provenance, options, recorder).json, isInlineOnly: provenance.isInlineOnly))
        }
        return papers
    }

    private func document(
        _ provenance: AttestationFlags.Provenance, _ options: BuildOptions, _ recorder: BuildRecorder
    ) -> ProvenanceDocument {
        var document = ProvenanceDocument()
        document.isMinimal = provenance.isMinimal
        document.version = provenance.version
        document.builderID = provenance.builderID
        document.isReproducible = provenance.isReproducible
        document.invocationID = invocation
        (document.started, document.finished) = (recorder.started, Clock.now())
        let name = options.dockerfile.name
        // Where the file is on this machine is nobody's business.
        document.dockerfile = (
            name.split(separator: "/").last.map(String.init) ?? name, Array(options.dockerfile.text.utf8)
        )
        for (name, value) in options.buildArguments { document.arguments["build-arg:\(name)"] = value }
        for (name, value) in options.labels { document.arguments["label:\(name)"] = value }
        if let target = options.target { document.arguments["target"] = target }
        if arguments.bool("no-cache") { document.arguments["no-cache"] = "" }
        document.secrets = Array(options.secrets.keys)
        document.agents = Array(options.agentSockets.keys)
        document.materials = recorder.materials
        document.platform = Platform.host.description
        if let context = arguments.positionals.first, (try? GitReference(context, isContext: true)) != nil,
            !Files.exists(context)
        {
            document.contextAddress = BuildObservation.withoutCredentials(context)
        } else {
            if options.contextDirectory != nil { document.locals.append("context") }
            document.locals.append("dockerfile")
        }
        for case (let name, .directory) in options.contexts.sorted(by: { $0.key < $1.key }) {
            document.locals.append(name)
        }
        return document
    }
}
