import ImageModel
import LinuxSystem

extension WorkingContainer {
    /// Records a step without a layer in the future image's history.
    package mutating func note(_ createdBy: String) {
        history.append(History(created: Clock.rfc3339(Clock.now()), createdBy: createdBy, emptyLayer: true))
    }
}
