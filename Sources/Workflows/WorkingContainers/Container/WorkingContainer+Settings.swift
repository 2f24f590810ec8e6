import JSONText
import Sandbox

extension WorkingContainer.RunSettings {
    /// Reads the settings for running commands from the state file.
    init(_ state: JSONObject) {
        func texts(_ value: JSONValue?) -> [String] { (value?.array ?? []).compactMap(\.string) }
        let options = state["CommonBuildOpts"]
        capabilities = state["Capabilities"].flatMap { $0.array == nil ? nil : texts($0) }
        isolation = state["Isolation"]?.integer.flatMap(WorkingContainer.Isolation.init(rawValue:)) ?? .standard
        additionalGroups = texts(state["GroupAdd"])
        addHosts = texts(options?["AddHost"])
        dnsServers = texts(options?["DNSServers"])
        dnsSearches = texts(options?["DNSSearch"])
        dnsOptions = texts(options?["DNSOptions"])
        shmSize = options?["ShmSize"]?.string ?? ""
        resourceLimits = texts(options?["Ulimit"])
        passesProxies = options?["HTTPProxy"]?.bool ?? false
        volumes = texts(options?["Volumes"])
        noHosts = options?["NoHosts"]?.bool ?? false
        readNamespaces(state)
        readSecurity(options)
        readControls(options)
        devices = (state["Devices"]?.array ?? []).compactMap(SandboxDevice.init(buildah:))
        switch state["ConfigureNetwork"]?.integer {
        case WorkingContainer.RunSettings.networkDisabled: network = "none"
        default: break
        }
        if network.isEmpty, state[WorkingContainer.RunSettings.privateNetwork]?.bool == true { network = "private" }
    }

    /// The file's values for a disabled network, and for a requested one.
    private static let networkDisabled: Int64 = 1
    private static let networkEnabled: Int64 = 2

    private var networkPolicy: Int64 {
        switch network {
        case "none": WorkingContainer.RunSettings.networkDisabled
        case "", "host": 0
        default: WorkingContainer.RunSettings.networkEnabled
        }
    }

    /// Buildah's members do not distinguish a private network that was requested from the default, which may be
    /// replaced by the host's.
    private static let privateNetwork = "swiftlet-private-network"

    /// The value shown by `inspect`.
    var networkPolicyName: String {
        ["NetworkDefault", "NetworkDisabled", "NetworkEnabled"][Int(networkPolicy)]
    }

    /// Empty without a path: for the host's network, none, and the default kind of private one.
    private var networkPath: String {
        if ["", "host", "none", "private", "bridge", "default"].contains(network) { return "" }
        return network.hasPrefix("ns:") ? String(network.dropFirst(3)) : network
    }

    /// Writes them to the file's members.
    func write(to state: inout JSONObject) {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        state["Isolation"] = .integer(isolation.rawValue)
        if let capabilities { state["Capabilities"] = list(capabilities) }
        if !additionalGroups.isEmpty { state["GroupAdd"] = list(additionalGroups) }
        var options = state["CommonBuildOpts"]?.object ?? JSONObject()
        options["AddHost"] = list(addHosts)
        options["DNSServers"] = list(dnsServers)
        options["DNSSearch"] = list(dnsSearches)
        options["DNSOptions"] = list(dnsOptions)
        options["ShmSize"] = .string(shmSize)
        options["HTTPProxy"] = .bool(passesProxies)
        options["Ulimit"] = list(resourceLimits)
        options["Volumes"] = list(volumes)
        state["ConfigureNetwork"] = .integer(networkPolicy)
        let isPrivate = ["private", "bridge", "default"].contains(network)
        state[WorkingContainer.RunSettings.privateNetwork] = isPrivate ? true : nil
        options["NoHosts"] = .bool(noHosts)
        writeSecurity(to: &options)
        writeControls(to: &options)
        state["CommonBuildOpts"] = .object(options)
        state["NamespaceOptions"] = .array(namespaceOptions(networkPath: networkPath))
        state["Devices"] = .array(devices.map(\.buildahValue))
    }
}
