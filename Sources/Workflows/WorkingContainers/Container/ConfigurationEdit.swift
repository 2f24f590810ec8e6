package import ImageModel
import LinuxSystem

/// Applies a series of changes to the configuration of a working container's future image.
///
/// Settings that only Docker's format supports are kept, with a warning if the container's format is OCI.
package struct ConfigurationEdit: Sendable {
    package var container: WorkingContainer
    /// Warnings for the user.
    package private(set) var warnings: [String] = []
    private let keepsHistory: Bool

    /// - Parameter keepsHistory: whether to record the changes in the image's history.
    package init(_ container: WorkingContainer, keepsHistory: Bool) {
        self.container = container
        self.keepsHistory = keepsHistory
    }

    private mutating func note(_ instruction: String) {
        if keepsHistory { container.note("/bin/sh -c #(nop) \(instruction)") }
    }

    /// Uses Buildah's wording.
    private mutating func warn(onlyDockerHas what: String, _ value: String? = nil, version: String = "OCI") {
        guard container.format == .oci else { return }
        let ignored = value.map { ", \($0)" } ?? " and"
        warnings.append(
            "\(what) is not supported for \(version) image format\(ignored) will be ignored. Must use `docker` format")
    }

    // MARK: Single values

    package mutating func setComment(_ text: String) {
        container.comment = text
        if !text.isEmpty { warn(onlyDockerHas: "COMMENT", "comment \(text)") }
    }

    package mutating func setHostname(_ name: String) {
        container.container.hostname = name.isEmpty ? nil : name
        if !name.isEmpty { warn(onlyDockerHas: "HOSTNAME", "hostname \(name)", version: "OCI V1") }
    }

    package mutating func setDomainname(_ name: String) {
        container.container.domainname = name.isEmpty ? nil : name
        if !name.isEmpty { warn(onlyDockerHas: "DOMAINNAME", "domainname \(name)") }
    }

    package mutating func setShell(_ words: [String], as text: String) {
        container.container.shell = words
        if !words.isEmpty { warn(onlyDockerHas: "SHELL", "[\(words.joined(separator: " "))]") }
        note("SHELL \(text)")
    }

    package mutating func setStopSignal(_ name: String) {
        container.container.stopSignal = name
        note("STOPSIGNAL \(name)")
    }

    package mutating func setUser(_ user: String) {
        container.container.user = user
        note("USER \(user)")
    }

    package mutating func setWorkingDirectory(_ path: String) {
        container.container.workingDir = path
        note("WORKDIR \(path)")
    }

    /// The form of the entry point, which determines whether the command is passed to it as parameters.
    package enum EntrypointForm: Sendable {
        /// A list of arguments, followed by those of the command.
        case list([String])
        /// A shell command, which ignores the image's command.
        case shell(String)
        /// No entry point.
        case none
    }

    package mutating func setEntrypoint(_ form: EntrypointForm, as text: String) {
        let effect: String
        switch form {
        case .list(let words):
            container.container.entrypoint = words
            effect = "exists and will be passed to entrypoint as a parameter"
        case .shell(let command):
            container.container.entrypoint = ["/bin/sh", "-c", command]
            effect = "exists but will be ignored because of entrypoint settings"
        case .none:
            container.container.entrypoint = nil
            return note("ENTRYPOINT \(text)")
        }
        if let command = container.container.cmd, !command.isEmpty {
            warnings.append("cmd \"\(command.joined(separator: " "))\" \(effect)")
        }
        note("ENTRYPOINT \(text)")
    }

    package mutating func setCommand(_ words: [String], as text: String) {
        container.container.cmd = words
        note("CMD \(text)")
    }

    package mutating func addTrigger(_ instruction: String) {
        container.container.onBuild = (container.container.onBuild ?? []) + [instruction]
        warn(onlyDockerHas: "ONBUILD", instruction)
        note("ONBUILD \(instruction)")
    }

    // MARK: Lists

    /// `NAME=VALUE` sets, expanding `$NAME` of the image; `NAME` takes the value of the caller's environment, which
    /// must not be empty; `NAME-` removes; `-` removes all.
    package mutating func changeEnvironment(_ texts: [String], own: [String: String]) throws {
        for text in texts {
            if let equals = text.firstIndex(of: "=") {
                setVariable(String(text[..<equals]), String(text[text.index(after: equals)...]))
            } else if text == "-" {
                container.container.env = []
            } else if text.hasSuffix("-") {
                unsetEnvironment(String(text.dropLast()))
            } else if let value = own[text], !value.isEmpty {
                set(text, value)
            } else {
                throw WorkingContainerError(.invalid, "setting env \"\(text)\": no value given")
            }
        }
        if !texts.isEmpty { note("ENV \(texts.joined(separator: " "))") }
    }

    package mutating func unsetEnvironment(_ name: String) {
        container.container.env?.removeAll { $0 == name || $0.hasPrefix(name + "=") }
    }

    private mutating func setVariable(_ name: String, _ text: String) {
        let known = container.container.env ?? []
        let value = EditedList.expand(text) { wanted in
            known.last { $0.hasPrefix(wanted + "=") }.map { String($0.dropFirst(wanted.count + 1)) }
        }
        set(name, value)
    }

    private mutating func set(_ name: String, _ value: String) {
        // Like in Buildah, a name that is already set moves to the end.
        container.container.env =
            (container.container.env ?? []).filter { !$0.hasPrefix(name + "=") } + ["\(name)=\(value)"]
    }

    /// `NAME=VALUE` sets, `NAME-` removes, `-` removes all.
    package mutating func changeLabels(_ texts: [String]) {
        if texts.isEmpty { return }
        var labels = container.container.labels ?? [:]
        for text in texts { EditedList.change(&labels, text) }
        container.container.labels = labels
        note("LABEL \(texts.joined(separator: " "))")
    }

    package mutating func unsetLabel(_ name: String) {
        container.container.labels?[name] = nil
    }

    /// `PORT[/PROTOCOL]` adds, `PORT-` removes, `-` removes all.
    package mutating func changePorts(_ texts: [String]) {
        if texts.isEmpty { return }
        container.container.exposedPorts = texts.reduce(container.container.exposedPorts ?? [:], EditedList.set)
        note("EXPOSE \(texts.joined(separator: " "))")
    }

    /// `PATH` adds, `PATH-` removes, `-` removes all.
    package mutating func changeVolumes(_ texts: [String]) {
        if texts.isEmpty { return }
        container.container.volumes = texts.reduce(container.container.volumes ?? [:], EditedList.set)
        note("VOLUME \(texts.joined(separator: " "))")
    }

    // MARK: Healthcheck

    /// - Parameters:
    ///   - test: the arguments of `--healthcheck`; empty for none; nil for unchanged.
    ///   - times: the other settings; absent ones are unchanged, or Docker's defaults.
    package mutating func changeHealthcheck(test: [String]?, _ times: Healthcheck, as text: String) {
        let changesTimes = times != Healthcheck()
        guard test != nil || changesTimes else { return }
        if let test, test.isEmpty {
            container.container.healthcheck = nil
            return note("HEALTHCHECK \(text)")
        }
        var check = container.container.healthcheck ?? Healthcheck()
        check.test = test ?? check.test ?? ["NONE"]
        check.interval = times.interval ?? check.interval ?? 30_000_000_000
        check.timeout = times.timeout ?? check.timeout ?? 30_000_000_000
        check.startPeriod = times.startPeriod ?? check.startPeriod
        check.startInterval = times.startInterval ?? check.startInterval
        check.retries = times.retries ?? check.retries ?? 3
        container.container.healthcheck = check
        warn(onlyDockerHas: "HEALTHCHECK")
        note("HEALTHCHECK \(text)")
    }
}
