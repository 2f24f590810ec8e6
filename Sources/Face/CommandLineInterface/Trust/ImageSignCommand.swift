import CommandLineGrammar
import ContainerStore
import ContentDigest
import Distribution
import ImageCopy
import ImageModel
import ImageTransports
import ImageTrust

/// `image sign`: adds signatures to an image in a registry or in the store.
enum ImageSignCommand: Command {
    static let grammar = CommandGrammar(
        "sign", summary: "Add a signature to an image in a registry or in the store",
        details: """
            Signs the manifest, or the list, that the name stands for. Signatures in a registry are where registries.d
            says. In other places, images are signed while they are copied there.
            """,
        usage: "sign [options] IMAGE",
        examples: ["sign --sign-by-sigstore-private-key my.private docker://registry.example.com/app:1"],
        flags: SigningFlags.flags + RegistryFlags.standard, arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard let signer = try SigningFlags.signer(arguments) else {
            throw CommandError(
                "nothing to sign with: use --sign-by, --sign-by-sigstore-private-key or --sign-by-sigstore")
        }
        let text = arguments.positionals[0]
        if let reference = TransportReference(parsing: text) {
            guard reference.transport == .docker else {
                throw CommandError(
                    "\(text): only images in registries and in the store can be signed where they are: "
                        + "sign others with image copy")
            }
            session.printLine(try signInRegistry(text, signer, RegistryFlags.access(arguments, session)).description)
            return 0
        }
        let store = try session.openStore()
        guard let found = try store.findImage(text) else { throw CommandError("\(text): image not known") }
        try signer.sign(found.image, named: found.name ?? found.image.names.first, in: store)
        session.printLine(found.image.digest.map(\.description) ?? found.image.id)
        return 0
    }

    private static func signInRegistry(
        _ text: String, _ signer: ImageSigner, _ registries: RegistryAccess
    ) throws -> String {
        let destination = try ImageLocationResolver.destination(text, registries)
        let source = try ImageLocationResolver.source(text, calledAs: "skopeo", registries).source
        let manifest = try source.manifest(nil)
        let name = try signer.name(at: destination.description, destination.reference)
        let signatures = try signer.sign(manifest, as: name)
        try destination.checkTakes(signatures)
        // Those in lookaside stores are replaced, so the existing ones are written again.
        let known = try source.signatures(of: manifest, instance: nil)
        try destination.putManifest(manifest, instance: nil)
        try destination.putSignatures(known + signatures, of: manifest.digest, instance: nil)
        try destination.commit()
        return manifest.digest.description
    }
}
