extension Platform {
    /// The variants of an architecture, each able to run programs for those after it.
    private static let variantOrder: [String: [String]] = [
        "arm": ["v8", "v7", "v6", "v5"],
        "arm64": ["v8"],
        "amd64": ["v4", "v3", "v2"],
    ]

    /// What may be taken for this platform, the best first: its own variant, then older ones that it can run, then
    /// none. When this platform names no variant, images without one come first and then all that are known, except
    /// of amd64, where a variant demands more than every CPU has. Its `v1` is as good as none.
    /// The system's version and features take no part, as in the container tools.
    package var candidates: [Platform] {
        let known = Self.variantOrder[architecture] ?? []
        let variants: [String?]
        if let variant = effectiveVariant {
            let able = known.firstIndex(of: variant).map { Array(known[$0...]) } ?? [variant]
            variants = able + [nil]
        } else {
            variants = architecture == "amd64" ? [nil] : [nil] + known
        }
        return variants.map { Platform(architecture: architecture, os: os, variant: $0) }
    }

    /// The variant, nil when it says nothing.
    private var effectiveVariant: String? {
        architecture == "amd64" && variant == "v1" ? nil : variant.nonEmpty
    }

    /// The rank of an image's platform for whoever wants this one: 0 is best, nil cannot be taken.
    package func rank(of image: Platform) -> Int? {
        candidates.firstIndex {
            $0.os == image.os && $0.architecture == image.architecture && $0.variant == image.effectiveVariant
        }
    }

    /// Whether an image for `image` may be taken for this platform.
    package func matches(_ image: Platform) -> Bool {
        rank(of: image) != nil
    }

    /// The entry of an index to take for a platform: the best rank; among equals one whose layers are zstd (or, with
    /// `prefersGzip`, are not), then the first. An entry without a platform is only taken when no other matches.
    package static func bestMatch(
        in descriptors: [Descriptor], wanted: Platform, prefersGzip: Bool = false
    ) -> Descriptor? {
        var best: (rank: Int, isDisfavoured: Bool, descriptor: Descriptor)?
        for descriptor in descriptors {
            var rank = Int.max
            if let platform = descriptor.platform {
                guard let matching = wanted.rank(of: platform) else { continue }
                rank = matching
            }
            let isZstd = descriptor.annotations?["io.github.containers.compression.zstd"] == "true"
            let isDisfavoured = isZstd == prefersGzip
            if let best, (best.rank, best.isDisfavoured ? 1 : 0) <= (rank, isDisfavoured ? 1 : 0) { continue }
            best = (rank, isDisfavoured, descriptor)
        }
        return best?.descriptor
    }
}
