package import ContentDigest
package import ImageModel

extension ManifestList {
    /// Which images of another list to add.
    package enum Selection: Sendable {
        /// All.
        case all
        /// The best match for this platform.
        case platform(Platform)
    }

    /// Changes to an entry; nil and empty values leave it unchanged.
    package struct EntryAnnotations: Sendable {
        package var os: String?
        package var architecture: String?
        package var variant: String?
        package var osVersion: String?
        package var osFeatures: [String] = []
        package var features: [String] = []
        package var annotations: [String: String] = [:]

        package init() {}

        /// Whether there are no changes.
        package var isEmpty: Bool {
            os == nil && architecture == nil && variant == nil && osVersion == nil && osFeatures.isEmpty
                && features.isEmpty && annotations.isEmpty
        }
    }

    /// Adds an image, or images of a list. An image that is already listed moves to the end with a new entry.
    ///
    /// - Returns: the digests of the new entries, in order; at least one.
    /// - Throws: ``ManifestListError`` with `notFound` when the other list has no image for the platform.
    package mutating func add(_ candidate: ListCandidate, _ selection: Selection) throws -> [Digest] {
        var added: [Descriptor]
        if candidate.manifest.isIndex {
            let other = try candidate.manifest.decodeIndex()
            switch selection {
            case .all: added = other.manifests
            case .platform(let wanted):
                guard let chosen = Platform.bestMatch(in: other.manifests, wanted: wanted) else {
                    throw ManifestListError(
                        .notFound,
                        "no image found in image index for architecture \"\(wanted.architecture)\", variant "
                            + "\"\(wanted.variant ?? "")\", OS \"\(wanted.os)\"; it has: "
                            + other.manifests.compactMap { $0.platform?.description }.joined(separator: ", "))
                }
                added = [chosen]
            }
            guard !added.isEmpty else { throw ManifestListError(.notFound, "the list to add has no images") }
        } else {
            added = [try candidate.entry()]
        }
        for entry in added {
            index.manifests.removeAll { $0.digest == entry.digest }
            index.manifests.append(entry)
            places[entry.digest] = candidate.place(entry.digest)
        }
        return added.map(\.digest)
    }

    /// Removes an image from the list.
    ///
    /// - Throws: ``ManifestListError`` with `notFound`.
    package mutating func remove(_ digest: Digest) throws {
        guard index.manifests.contains(where: { $0.digest == digest }) else {
            throw ManifestListError(
                .notFound, "no instance matching digest \"\(digest)\" found in manifest list: file does not exist")
        }
        index.manifests.removeAll { $0.digest == digest }
        places[digest] = nil
        artifacts.remove(digest)
    }

    /// Changes an entry. Annotations are added to the existing ones.
    ///
    /// - Throws: ``ManifestListError`` with `notFound`.
    package mutating func annotate(_ digest: Digest, _ notes: EntryAnnotations) throws {
        guard let place = index.manifests.firstIndex(where: { $0.digest == digest }) else {
            throw ManifestListError(
                .notFound,
                "no manifest matching digest \"\(digest)\" was found in list: no image instance matching the specified "
                    + "digest was found in the list or index")
        }
        var entry = index.manifests[place]
        var platform = entry.platform ?? Platform(architecture: "", os: "")
        if let os = notes.os { platform.os = os }
        if let architecture = notes.architecture { platform.architecture = architecture }
        if let variant = notes.variant { platform.variant = variant }
        if let version = notes.osVersion { platform.osVersion = version }
        if !notes.osFeatures.isEmpty { platform.osFeatures = notes.osFeatures }
        if !notes.features.isEmpty { platform.features = notes.features }
        if entry.platform != nil || platform != Platform(architecture: "", os: "") { entry.platform = platform }
        if !notes.annotations.isEmpty {
            entry.annotations = (entry.annotations ?? [:]).merging(notes.annotations) { $1 }
        }
        index.manifests[place] = entry
    }

    /// Adds annotations to the list itself.
    package mutating func annotate(_ annotations: [String: String]) {
        guard !annotations.isEmpty else { return }
        index.annotations = (index.annotations ?? [:]).merging(annotations) { $1 }
    }
}
