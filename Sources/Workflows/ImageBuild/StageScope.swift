import DockerfileSyntax

/// The variables visible to an instruction of a stage: ENV of the image and of the stage, and declared ARGs.
struct StageScope {
    /// `NAME=value`, in the order of the image's configuration.
    private(set) var environment: [String]
    /// Declared arguments with a value, in order of declaration.
    private(set) var arguments: [(name: String, value: String)] = []

    init(environment: [String]) {
        self.environment = environment
    }

    /// The value of `$NAME`; ENV hides an ARG of the same name.
    func value(of name: String) -> String? {
        environmentValue(of: name) ?? arguments.last { $0.name == name }?.value
    }

    func environmentValue(of name: String) -> String? {
        let prefix = name + "="
        return environment.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// Sets an ENV. Like in Buildah, a name that is already set moves to the end.
    mutating func setEnvironment(_ name: String, _ value: String) {
        environment.removeAll { $0.hasPrefix(name + "=") }
        environment.append("\(name)=\(value)")
    }

    mutating func declare(argument name: String, _ value: String?) {
        arguments.removeAll { $0.name == name }
        if let value { arguments.append((name, value)) }
    }

    /// The arguments in the environment of a RUN command: those not hidden by ENV.
    var visibleArguments: [(name: String, value: String)] {
        arguments.filter { environmentValue(of: $0.name) == nil }
    }

    /// The arguments recorded in history and cache: without proxies, which are specific to the host.
    var recordedArguments: [(name: String, value: String)] {
        visibleArguments.filter { !PredefinedArguments.proxy.contains($0.name) }.sorted { $0.name < $1.name }
    }
}
