import BuildGraph
import CacheTransfer
import ContainerStore
import ContentDigest
import ImageModel
import JSONText
import LinuxSystem
import WorkingContainers

/// Turns what the stages of a build have made into images of the store.
struct ImageCommit: Sendable {
    private let options: BuildOptions
    private let store: ContainerStore

    init(_ options: BuildOptions, _ store: ContainerStore) {
        self.options = options
        self.store = store
    }

    /// The image of the target, under its names.
    func commit(_ draft: inout ImageDraft, _ session: BuildSession, didWork: Bool) throws -> ImageBuilder.Result {
        finishConfiguration(of: &draft)
        if options.squashes { draft = try SquashedImage.squash(draft, in: store, session: session) }
        draft.changeAnnotations(
            annotatesCreation: options.annotatesCreation, unset: options.unsetAnnotations, set: options.annotations)
        if let cache = session.cache.inlineCache(of: draft.layers.map(\.diffID)) {
            draft.config.extra[StepCache.inlineMember] = .string(cache)
        }
        return try keep(draft, session, didWork: didWork, names: options.names, announce: options.announce)
    }

    /// Keeps the image of a stage other than the target.
    func save(_ draft: ImageDraft, _ session: BuildSession, didWork: Bool) throws -> String {
        var draft = draft
        finishConfiguration(of: &draft)
        for label in options.layerLabels {
            draft.container.labels = (draft.container.labels ?? [:]).merging([label.key: label.value]) { $1 }
        }
        return try keep(draft, session, didWork: didWork, names: [], announce: { _ in }).image.id
    }

    /// Stores an image, unless the same one is there already.
    private func keep(
        _ draft: ImageDraft, _ session: BuildSession, didWork: Bool, names: [String],
        announce: (String) throws -> Void
    ) throws -> ImageBuilder.Result {
        var draft = draft
        if options.omitsHistory { draft.config.history = nil }
        try options.secretGate.check(draft, session.report)
        let identity = ImageIdentity(of: draft, format: options.format, created: options.created)
        // A build without layers makes a new image each time, as Buildah's do.
        if !didWork, options.usesCache, options.makesLayers, let known = try identity.knownImage(in: store) {
            try announce(known.record.id)
            try store.addNames(image: known.record.id, names)
            guard let named = try store.image(known.record.id) else {
                throw BuildError(.stepFailed, "image \(known.record.id) has vanished from the store")
            }
            return ImageBuilder.Result(image: named, manifest: known.manifest, fixedTime: options.created)
        }
        let (record, manifest) = try draft.commit(
            to: store, format: options.format, names: names, created: session.now, announce: announce)
        try identity.remember(record, in: store)
        return ImageBuilder.Result(image: record, manifest: manifest, fixedTime: options.created)
    }

    /// Applies the options for the final image.
    private func finishConfiguration(of draft: inout ImageDraft) {
        var container = draft.container
        if !options.identityLabels.isEmpty, options.created == nil || options.identifiesFixedTimes {
            var labels = container.labels ?? [:]
            for label in options.identityLabels { labels[label.key] = label.value }
            container.labels = labels
        }
        container.env = container.env?.filter { entry in
            !options.unsetEnvironment.contains { entry == $0 || entry.hasPrefix($0 + "=") }
        }
        draft.container = container
        if options.requestsPlatform, draft.config.platform.normalized != options.platform.normalized {
            draft.config.os = options.platform.normalized.os
            draft.config.architecture = options.platform.normalized.architecture
            draft.config.variant = options.platform.normalized.variant
        }
        if let version = options.osVersion { draft.config.osVersion = version }
        for feature in options.osFeatures {
            draft.config.osFeatures = EditedList.features(draft.config.osFeatures ?? [], feature)
        }
    }
}
