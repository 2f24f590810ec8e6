package import BuildCaches
package import ImageCopy
import ImageTransports

/// A cache other than the store's own.
package protocol ImportedSteps: Sendable {
    /// The cache's name for messages.
    var description: String { get }

    /// The step with a key; nil if the cache does not have it, or cannot be read: then the user has been warned, once.
    /// Fetches no layer.
    func find(_ key: String) -> FoundStep?

    /// Stops using the cache.
    func disable()
}

/// A step in a cache, and where its layer is.
package struct FoundStep: Sendable {
    package let step: CachedStep
    package let source: SharedSource
    /// A message for the user once the step's layer is in the store.
    package let message: String?
}
