import CommandLineGrammar
import ContainerStore
import ContentDigest
import DockerfileRecovery
import ImageCopy
import ImageModel
import WorkingContainers

/// `history --dockerfile`: reconstructs the image's Dockerfile as far as possible.
struct DockerfilePrinting {
    let store: ContainerStore
    let arguments: ParsedArguments
    let session: Session

    /// - Parameters:
    ///   - name: an image of the store, or `transport:reference`.
    ///   - base: the base image, if the user specifies it.
    func print(_ name: String, base: String?) throws {
        let place = try InspectionTarget(name, in: store, arguments, session)
        let raw = try place.chosenManifest(for: Platform.host)
        let manifest = try raw.decodeManifest()
        guard let config = try place.image.configuration(of: manifest) else {
            throw CommandError("\(name): its configuration \(manifest.config.digest) is missing")
        }
        var request = RecoveryRequest(name: place.image.name, config: config)
        request.recordedBase = BaseChoice.recordedName(in: config, annotations: manifest.annotations ?? [:])
        if let base {
            request.base = try choice(base, for: config, name)
        } else {
            request.base = BaseChoice(
                for: config, among: try candidates(besides: manifest.config.digest.hex), named: request.recordedBase)
        }
        let first = request.base?.base.config.rootfs.diffIDs.count ?? 0
        for layer in first..<max(first, config.rootfs.diffIDs.count) {
            request.layers[layer] = try place.image.contents(ofLayer: layer, of: manifest, config)
        }
        session.write(request.dockerfile().text)
    }

    private func choice(_ base: String, for config: ImageConfig, _ name: String) throws -> BaseChoice {
        let place = try InspectionTarget(base, in: store, arguments, session)
        let manifest = try place.chosenManifest(for: config.platform).decodeManifest()
        guard let own = try place.image.configuration(of: manifest) else {
            throw CommandError("\(base): its configuration \(manifest.config.digest) is missing")
        }
        guard let choice = BaseChoice(for: config, on: BaseImage(name: place.fromName(base), config: own)) else {
            throw CommandError("\(name) is not built on \(base): it does not begin with that image's layers")
        }
        return choice
    }

    /// The named images of the store, each with its first name.
    private func candidates(besides id: String) throws -> [BaseImage] {
        var candidates: [BaseImage] = []
        for record in try store.images() where record.id != id && record.topLayer != nil {
            // A broken image in the store should not affect others.
            guard !record.names.isEmpty, let image = try? StoredImage(record, in: store) else { continue }
            for name in record.names {
                candidates.append(BaseImage(name: InspectionTarget.familiar(name), config: image.config))
            }
        }
        return candidates
    }
}

extension InspectionTarget {
    /// The name for FROM of the image that a user calls `text`.
    func fromName(_ text: String) -> String {
        guard record != nil else { return text }
        return Self.familiar(image.name)
    }

    /// `alpine:latest` for `docker.io/library/alpine:latest`.
    static func familiar(_ name: String) -> String { (try? ImageReference(parsing: name))?.familiar ?? name }
}
