package import Sandbox

extension StepConfinement {
    /// Chooses a network in place of what was settled before.
    package mutating func choose(_ network: SandboxNetwork) {
        self.network = network
        sharingReason = nil
    }

    /// The host's network, since a private one, which nobody has demanded, cannot be had.
    package mutating func shareNetwork(because reason: String) {
        network = .host
        sharingReason = reason
    }

    /// Makes it an error if a private network cannot be had.
    package mutating func demandPrivateNetwork() {
        guard case .userMode(var network) = network else { return }
        network.isOptional = false
        self.network = .userMode(network)
    }

    /// What a command can see the difference of, for cache keys. Whether a private network could be had does not count.
    var networkKind: String {
        switch network {
        case .host: sharingReason == nil ? "host" : "private"
        case .none: "none"
        case .path(let path): "path(\(path))"
        case .userMode: "private"
        }
    }

    /// The network's name in Podman's words.
    package var networkName: String {
        switch network {
        case .host: "host"
        case .none: "none"
        case .path(let path): "ns:\(path)"
        case .userMode(let network): network.program.rawValue
        }
    }
}
