package import ContentDigest
package import ImageModel
package import ImageTransports
package import ImageTrust

/// Stands where images enter: asks the policy about each before anything of it is taken.
package struct PolicyGate: Sendable {
    private let evaluator: PolicyEvaluator

    /// An admission by this policy.
    package init(_ evaluator: PolicyEvaluator) {
        self.evaluator = evaluator
    }

    /// Returns when the policy lets the manifest of a source in.
    ///
    /// - Parameter instance: the manifest's digest when a list names it; nil for what the reference itself names.
    /// - Throws: `TrustError`.
    package func admit(_ manifest: RawManifest, instance: Digest?, from source: any ImageSource) throws {
        try evaluator.check(manifest, from: source.origin, named: source.description) {
            try source.signatures(of: manifest, instance: instance)
        }
    }
}
