package import ContentDigest
package import ImageModel
package import ImageTransports
package import ImageTrust

/// Checks every image against the policy before anything of it is copied.
package struct PolicyGate: Sendable {
    private let evaluator: PolicyEvaluator

    /// A gate with this policy.
    package init(_ evaluator: PolicyEvaluator) {
        self.evaluator = evaluator
    }

    /// Checks that the policy accepts a manifest of a source.
    ///
    /// - Parameter instance: the manifest's digest when it is listed in an index; nil for the reference's own manifest.
    /// - Throws: `TrustError`.
    package func admit(_ manifest: RawManifest, instance: Digest?, from source: any ImageSource) throws {
        try evaluator.check(manifest, from: source.origin, named: source.description) {
            try source.signatures(of: manifest, instance: instance)
        }
    }
}
