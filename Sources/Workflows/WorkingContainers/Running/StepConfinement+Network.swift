package import Sandbox

extension StepConfinement {
    /// Replaces the network.
    package mutating func choose(_ network: SandboxNetwork) {
        self.network = network
        sharingReason = nil
    }

    /// Uses the host's network, since a private one, which was not explicitly requested, is not available.
    package mutating func shareNetwork(because reason: String) {
        network = .host
        sharingReason = reason
    }

    /// Makes an unavailable private network an error.
    package mutating func demandPrivateNetwork() {
        guard case .userMode(var network) = network else { return }
        network.isOptional = false
        self.network = .userMode(network)
    }

    /// The network as far as commands can tell the difference, for cache keys. Independent of whether a private network
    /// was available.
    var networkKind: String {
        switch network {
        case .host: sharingReason == nil ? "host" : "private"
        case .none: "none"
        case .path(let path): "path(\(path))"
        case .userMode: "private"
        }
    }

    /// Podman's name of the network.
    package var networkName: String {
        switch network {
        case .host: "host"
        case .none: "none"
        case .path(let path): "ns:\(path)"
        case .userMode(let network): network.program.rawValue
        }
    }
}
