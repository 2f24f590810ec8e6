import ContainerStore
import ContentDigest
import ImageBuild
import ImageModel
import LinuxSystem
import SoftwareInventory
import Synchronization
import WorkingContainers

/// Records what a build uses and makes, for its attestations.
final class BuildRecorder: Sendable {
    private struct Record: Sendable {
        var materials: Set<ProvenanceDocument.Material> = []
        /// The packages of stages that the Dockerfile wants to be scanned, by the stage's name.
        var stages: [Int: (name: String, scan: SoftwareScan)] = [:]
        var lastStage: Int?
    }

    let started = Clock.now()
    /// What to scan besides the result; nil to list no packages.
    private let inventory: InventoryRequest?
    private let store: ContainerStore
    private let record = Mutex(Record())

    init(inventory: InventoryRequest?, store: ContainerStore) {
        self.inventory = inventory
        self.store = store
    }

    @Sendable
    func note(_ observation: BuildObservation) throws {
        switch observation {
        case .repository(let address, let commit):
            add(
                ProvenanceDocument.Material(
                    uri: address, algorithm: commit.utf8.count == 64 ? "sha256" : "sha1", digest: commit))
        case .webFile(let address, let digest):
            add(
                ProvenanceDocument.Material(
                    uri: address, algorithm: digest.algorithm.rawValue, digest: digest.hex))
        case .stage(let index, let name, let layer):
            let scan = try inventory?.includes(stage: index) == true ? SBOMCommand.scan(ofLayer: layer, in: store) : nil
            record.withLock { record in
                record.lastStage = index
                if let scan { record.stages[index] = (name ?? "stage-\(index)", scan) }
            }
        }
    }

    func note(base image: StoredImage, named name: String) {
        add(
            ProvenanceDocument.Material(
                uri: ImagePackageURL.text(name, image.config.platform),
                algorithm: image.manifest.digest.algorithm.rawValue,
                digest: image.manifest.digest.hex))
    }

    private func add(_ material: ProvenanceDocument.Material) {
        record.withLock { _ = $0.materials.insert(material) }
    }

    var materials: Set<ProvenanceDocument.Material> { record.withLock { $0.materials } }

    /// The scans of stages other than the last one, which is the result.
    var stages: [(name: String, scan: SoftwareScan)] {
        record.withLock { record in
            record.stages.filter { $0.key != record.lastStage }.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// Whether the build's context is to be scanned.
    var scansContext: Bool {
        record.withLock { record in
            guard let inventory, let last = record.lastStage else { return false }
            return inventory.includesContext(ofTarget: last)
        }
    }
}

/// Provides images and records which.
final class RecordedImages: BaseImageProvider {
    private let images: any BaseImageProvider
    private let recorder: BuildRecorder

    init(_ images: any BaseImageProvider, _ recorder: BuildRecorder) {
        self.images = images
        self.recorder = recorder
    }

    func baseImage(_ name: String, policy: BuildOptions.PullPolicy, platform: Platform?) throws -> StoredImage {
        let image = try images.baseImage(name, policy: policy, platform: platform)
        recorder.note(base: image, named: name)
        return image
    }
}

/// Package URLs of images, as BuildKit writes them.
enum ImagePackageURL {
    /// - Parameter name: a name, or anything else that means an image.
    static func text(_ name: String, _ platform: Platform) -> String {
        guard let reference = try? ImageReference(parsing: name) else {
            return BuildObservation.withoutCredentials(name)
        }
        var parts = reference.familiarName.split(separator: "/").map(String.init)
        let last = parts.popLast() ?? ""
        return PackageURL.make(
            "docker", parts, last, version: reference.tag ?? (reference.digest == nil ? "latest" : ""),
            [("digest", reference.digest?.description ?? ""), ("platform", platform.normalized.description)])
    }
}
