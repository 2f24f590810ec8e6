package import ImageModel

extension ContainerConfig {
    /// Merges another configuration into this one, as `commit --config` does: values of the other take precedence; maps
    /// and sets (variables, labels, ports, volumes) are joined.
    package mutating func merge(_ other: ContainerConfig) {
        if let name = other.hostname, !name.isEmpty { hostname = name }
        if let name = other.domainname, !name.isEmpty { domainname = name }
        if !other.user.isEmpty { user = other.user }
        if !other.workingDir.isEmpty { workingDir = other.workingDir }
        if !other.stopSignal.isEmpty { stopSignal = other.stopSignal }
        if let words = other.entrypoint, !words.isEmpty { entrypoint = words }
        if let words = other.cmd, !words.isEmpty { cmd = words }
        if let words = other.shell, !words.isEmpty { shell = words }
        if let triggers = other.onBuild, !triggers.isEmpty { onBuild = triggers }
        if let check = other.healthcheck { healthcheck = check }
        for entry in other.env ?? [] {
            let name = entry.prefix { $0 != "=" } + "="
            env = (env ?? []).filter { !$0.hasPrefix(name) } + [entry]
        }
        if let labels = other.labels { self.labels = (self.labels ?? [:]).merging(labels) { $1 } }
        if let ports = other.exposedPorts { exposedPorts = (exposedPorts ?? [:]).merging(ports) { $1 } }
        if let volumes = other.volumes { self.volumes = (self.volumes ?? [:]).merging(volumes) { $1 } }
    }
}
