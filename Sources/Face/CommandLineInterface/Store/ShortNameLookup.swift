import ContainersConfig
import ImageModel
import Synchronization

/// What a name without registry may mean in the store, by registries.conf, which is read when first needed.
final class ShortNameLookup: Sendable {
    private let environment: ConfigEnvironment
    private let config = Mutex<RegistriesConfig?>(nil)

    init(_ environment: ConfigEnvironment) {
        self.environment = environment
    }

    /// The candidates for a name, in order. Without a readable configuration there are none: images in the store remain
    /// accessible, and whatever contacts a registry reports what is wrong.
    func candidates(_ name: String) -> [ImageReference] {
        config.withLock { config in
            guard let known = config ?? (try? RegistriesConfig.load(env: environment)) else { return [] }
            config = known
            return (try? known.candidates(forShortName: name)) ?? []
        }
    }
}
