import JSONText

extension ContainerConfig: Codable {
    /// In the order in which they are written: OCI's, then Docker's.
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case hostname = "Hostname"
        case domainname = "Domainname"
        case user = "User"
        case exposedPorts = "ExposedPorts"
        case env = "Env"
        case entrypoint = "Entrypoint"
        case cmd = "Cmd"
        case volumes = "Volumes"
        case workingDir = "WorkingDir"
        case labels = "Labels"
        case stopSignal = "StopSignal"
        case argsEscaped = "ArgsEscaped"
        case healthcheck = "Healthcheck"
        case onBuild = "OnBuild"
        case shell = "Shell"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        hostname = try container.decodeIfPresent(String.self, forKey: .hostname).nonEmpty
        domainname = try container.decodeIfPresent(String.self, forKey: .domainname).nonEmpty
        user = try container.decodeIfPresent(String.self, forKey: .user) ?? ""
        exposedPorts = try container.decodeIfPresent([String: Empty].self, forKey: .exposedPorts)
        env = try container.decodeIfPresent([String].self, forKey: .env)
        entrypoint = try container.decodeIfPresent([String].self, forKey: .entrypoint)
        cmd = try container.decodeIfPresent([String].self, forKey: .cmd)
        volumes = try container.decodeIfPresent([String: Empty].self, forKey: .volumes)
        workingDir = try container.decodeIfPresent(String.self, forKey: .workingDir) ?? ""
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels)
        stopSignal = try container.decodeIfPresent(String.self, forKey: .stopSignal) ?? ""
        argsEscaped = try container.decodeIfPresent(Bool.self, forKey: .argsEscaped)
        healthcheck = try container.decodeIfPresent(Healthcheck.self, forKey: .healthcheck)
        onBuild = try container.decodeIfPresent([String].self, forKey: .onBuild)
        shell = try container.decodeIfPresent([String].self, forKey: .shell)
        extra = try JSONObject(from: decoder).removing(CodingKeys.allCases.map(\.rawValue))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(hostname.nonEmpty, forKey: .hostname)
        try container.encodeIfPresent(domainname.nonEmpty, forKey: .domainname)
        try container.encodeIfPresent(user.nonEmpty, forKey: .user)
        try container.encodeIfPresent(exposedPorts.nonEmpty, forKey: .exposedPorts)
        try container.encodeIfPresent(env.nonEmpty, forKey: .env)
        try container.encodeIfPresent(entrypoint.nonEmpty, forKey: .entrypoint)
        try container.encodeIfPresent(cmd.nonEmpty, forKey: .cmd)
        try container.encodeIfPresent(volumes.nonEmpty, forKey: .volumes)
        try container.encodeIfPresent(workingDir.nonEmpty, forKey: .workingDir)
        try container.encodeIfPresent(labels.nonEmpty, forKey: .labels)
        try container.encodeIfPresent(stopSignal.nonEmpty, forKey: .stopSignal)
        try container.encodeIfPresent(argsEscaped == true ? true : nil, forKey: .argsEscaped)
        try container.encodeIfPresent(healthcheck, forKey: .healthcheck)
        try container.encodeIfPresent(onBuild.nonEmpty, forKey: .onBuild)
        try container.encodeIfPresent(shell.nonEmpty, forKey: .shell)
        try extra.encodeMembers(to: encoder)
    }
}
