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
    /// - Parameter instance: the manifest's digest when a list names it; nil for what the reference itself names.
    /// - Returns: the manifest's signatures where the policy asked for them, so that nobody has to fetch them again.
    /// - Throws: `TrustError`.
    @discardableResult
    package func admit(
        _ manifest: RawManifest, instance: Digest?, from source: any ImageSource
    ) throws -> [ImageSignature]? {
        var read: [ImageSignature]?
        try evaluator.check(manifest, from: source.origin, named: source.description) {
            let signatures = try source.signatures(of: manifest, instance: instance)
            read = signatures
            return signatures
        }
        return read
    }
}
