import ImageModel
import LinuxSystem

extension WorkingContainer {
    /// Puts down something done in the history of the image to be, as a step without a layer.
    package mutating func note(_ createdBy: String) {
        history.append(History(created: Clock.rfc3339(Clock.now()), createdBy: createdBy, emptyLayer: true))
    }
}
