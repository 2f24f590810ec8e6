extension Platform {
    /// The variants of each architecture, newest first: each can run programs for the later ones.
    private static let variantOrder: [String: [String]] = [
        "arm": ["v8", "v7", "v6", "v5"],
        "arm64": ["v8"],
        "amd64": ["v4", "v3", "v2"],
    ]

    /// The platforms that can run on this one, best first: its own variant, then older ones that it can run, then none.
    /// When this platform has no variant, images without one come first and then all known variants, except for amd64,
    /// where a variant demands more than every CPU has. `linux/arm` means `v7`; `v8` of arm64 and `v1` of amd64 count
    /// as none. The operating system's version and features are ignored, as in the container tools.
    package var candidates: [Platform] {
        let wanted = normalized
        let known = Self.variantOrder[wanted.architecture] ?? []
        let variants: [String?]
        if let variant = wanted.variant {
            let able = known.firstIndex(of: variant).map { Array(known[$0...]) } ?? [variant]
            variants = able + [nil]
        } else {
            variants = wanted.architecture == "amd64" ? [nil] : [nil] + known
        }
        return variants.map { Platform(architecture: wanted.architecture, os: wanted.os, variant: $0) }
    }

    /// The rank of an image's platform when this one is wanted: 0 is best, nil is incompatible. An image without an
    /// architecture or an operating system fits any, after all others.
    package func rank(of image: Platform) -> Int? {
        var normal = image.normalized
        // An image's missing variant says nothing about the CPUs it runs on.
        if image.variant.nonEmpty == nil, image.architecture.lowercased() == "arm" { normal.variant = nil }
        let candidates = candidates
        if image.os.isEmpty || image.architecture.isEmpty {
            let fits = candidates.contains {
                (image.os.isEmpty || $0.os == normal.os)
                    && (image.architecture.isEmpty || $0.architecture == normal.architecture)
            }
            return fits ? candidates.count : nil
        }
        return candidates.firstIndex {
            $0.os == normal.os && $0.architecture == normal.architecture && $0.variant == normal.variant
        }
    }

    /// Whether an image for `image` can be used for this platform.
    package func matches(_ image: Platform) -> Bool {
        rank(of: image) != nil
    }

    /// The best entry of an index for a platform: the best rank; among equals one with zstd layers (or, with
    /// `prefersGzip`, without), then the first. An entry without a platform is used only when no other matches.
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
