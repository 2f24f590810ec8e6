import DockerfileSyntax

/// The variables that an instruction of a stage can see: ENV of the image and of the stage, and declared ARGs.
struct StageScope {
    /// `NAME=value`, in the order of the image's configuration.
    private(set) var environment: [String]
    /// Declared arguments that have a value, in order of declaration.
    private(set) var arguments: [(name: String, value: String)] = []

    init(environment: [String]) {
        self.environment = environment
    }

    /// The value that `$NAME` stands for; ENV hides an ARG of the same name.
    func value(of name: String) -> String? {
        environmentValue(of: name) ?? arguments.last { $0.name == name }?.value
    }

    func environmentValue(of name: String) -> String? {
        let prefix = name + "="
        return environment.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// Sets an ENV. As Buildah has it, a name that is already there goes to the end.
    mutating func setEnvironment(_ name: String, _ value: String) {
        environment.removeAll { $0.hasPrefix(name + "=") }
        environment.append("\(name)=\(value)")
    }

    mutating func declare(argument name: String, _ value: String?) {
        arguments.removeAll { $0.name == name }
        if let value { arguments.append((name, value)) }
    }

    /// The arguments that a RUN command sees in its environment: those that no ENV hides.
    var visibleArguments: [(name: String, value: String)] {
        arguments.filter { environmentValue(of: $0.name) == nil }
    }

    /// The arguments that history and cache speak of: proxies are a matter of the machine, not of the image.
    var recordedArguments: [(name: String, value: String)] {
        visibleArguments.filter { !PredefinedArguments.proxy.contains($0.name) }.sorted { $0.name < $1.name }
    }
}
