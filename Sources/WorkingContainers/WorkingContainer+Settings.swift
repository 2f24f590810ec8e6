import JSONText
import Sandbox

extension WorkingContainer.RunSettings {
    /// Reads what the file says about running commands.
    init(_ state: JSONObject) {
        func texts(_ value: JSONValue?) -> [String] { (value?.array ?? []).compactMap(\.string) }
        let options = state["CommonBuildOpts"]
        capabilities = state["Capabilities"].flatMap { $0.array == nil ? nil : texts($0) }
        isolation = state["Isolation"]?.integer.flatMap(WorkingContainer.Isolation.init(rawValue:)) ?? .standard
        addHosts = texts(options?["AddHost"])
        dnsServers = texts(options?["DNSServers"])
        dnsSearches = texts(options?["DNSSearch"])
        dnsOptions = texts(options?["DNSOptions"])
        shmSize = options?["ShmSize"]?.string ?? ""
        resourceLimits = texts(options?["Ulimit"])
        passesProxies = options?["HTTPProxy"]?.bool ?? false
        volumes = texts(options?["Volumes"])
        for namespace in state["NamespaceOptions"]?.array ?? [] where namespace["Name"]?.string == "network" {
            network = namespace["Host"]?.bool == true ? "host" : namespace["Path"]?.string ?? ""
        }
        switch state["ConfigureNetwork"]?.integer {
        case WorkingContainer.RunSettings.networkDisabled: network = "none"
        case WorkingContainer.RunSettings.networkEnabled where network.isEmpty: network = "private"
        default: break
        }
    }

    /// What the file says for a network that is kept away, and for one that was asked for.
    private static let networkDisabled: Int64 = 1
    private static let networkEnabled: Int64 = 2

    private var networkPolicy: Int64 {
        switch network {
        case "none": WorkingContainer.RunSettings.networkDisabled
        case "", "host": 0
        default: WorkingContainer.RunSettings.networkEnabled
        }
    }

    /// As `inspect` shows it.
    var networkPolicyName: String {
        ["NetworkDefault", "NetworkDisabled", "NetworkEnabled"][Int(networkPolicy)]
    }

    /// Empty for what has no path: the host's network, none, and a private one of the default kind.
    private var networkPath: String {
        if ["", "host", "none", "private", "bridge", "default"].contains(network) { return "" }
        return network.hasPrefix("ns:") ? String(network.dropFirst(3)) : network
    }

    /// Writes them into the file's members.
    func write(to state: inout JSONObject) {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        state["Isolation"] = .integer(isolation.rawValue)
        if let capabilities { state["Capabilities"] = list(capabilities) }
        var options = state["CommonBuildOpts"]?.object ?? JSONObject()
        options["AddHost"] = list(addHosts)
        options["DNSServers"] = list(dnsServers)
        options["DNSSearch"] = list(dnsSearches)
        options["DNSOptions"] = list(dnsOptions)
        options["ShmSize"] = .string(shmSize)
        options["HTTPProxy"] = .bool(passesProxies)
        options["Ulimit"] = list(resourceLimits)
        options["Volumes"] = list(volumes)
        state["CommonBuildOpts"] = .object(options)
        state["ConfigureNetwork"] = .integer(networkPolicy)
        state["NamespaceOptions"] = .array(
            ["cgroup", "ipc", "mount", "network", "pid", "user", "uts"].map { name in
                let isHost = ["cgroup", "user"].contains(name) || (name == "network" && network == "host")
                return [
                    "Name": .string(name), "Host": .bool(isHost),
                    "Path": .string(name == "network" ? networkPath : ""),
                ]
            })
    }
}
