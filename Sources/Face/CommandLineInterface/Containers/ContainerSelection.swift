import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import LinuxSystem

/// The conditions of `--filter` for containers: values for the same key are alternatives, different keys must all
/// match. All labels must match.
struct ContainerSelection {
    private enum Condition {
        case id(String), name(String), ancestor(String), status(String), label(key: String, value: String?)
        case exited(Int32), before(FileTime), since(FileTime), volume(String), until(FileTime)

        /// Conditions with the same key are alternatives.
        var key: String {
            switch self {
            case .id: "id"
            case .name: "name"
            case .ancestor: "ancestor"
            case .status: "status"
            case .label(let key, let value): "label \(key)=\(value ?? "")"
            case .exited: "exited"
            case .before: "before"
            case .since: "since"
            case .volume: "volume"
            case .until: "until"
            }
        }
    }

    private var conditions: [Condition] = []
    /// Ids of the images named by `ancestor`.
    private var ancestors: [String: String] = [:]

    static let flag = Flag("filter", short: "f", .stringArray, help: "filter output based on conditions given")

    init(_ texts: [String], in store: ContainerStore) throws {
        for text in texts {
            let (key, value) = KeyValueFlag.split(text)
            conditions.append(try condition(key, value ?? "", in: store))
        }
    }

    private mutating func condition(_ key: String, _ value: String, in store: ContainerStore) throws -> Condition {
        switch key {
        case "id": return .id(value)
        case "name": return .name(value)
        case "status":
            guard
                ["created", "running", "exited", "stopped", "paused", "initialized", "removing", "unknown"]
                    .contains(value)
            else { throw CommandError("\(value) is not a valid container state: invalid argument") }
            return .status(value)
        case "label":
            let (key, value) = KeyValueFlag.split(value)
            return .label(key: key, value: value)
        case "exited":
            guard let code = Int32(value) else {
                throw CommandError("exited code out of range \"\(value)\": invalid argument")
            }
            return .exited(code)
        case "ancestor":
            ancestors[value] = try store.image(value)?.id
            return .ancestor(value)
        case "before": return .before(try ContainerSelection.creation(of: value, in: store))
        case "since": return .since(try ContainerSelection.creation(of: value, in: store))
        case "volume": return .volume(value)
        case "until": return .until(try ContainerSelection.time(value))
        case "health", "pod", "network", "restart-policy":
            throw CommandError("filter \(key) is not supported: containers do not have this property")
        default: throw CommandError("\(key) is an invalid filter")
        }
    }

    private static func creation(of name: String, in store: ContainerStore) throws -> FileTime {
        Clock.parseRFC3339(try ManagedContainer(name, in: store).record.created) ?? FileTime(seconds: 0)
    }

    /// A time, or a duration before now: `10m`, `2h`.
    private static func time(_ text: String) throws -> FileTime {
        if let time = Clock.parseRFC3339(text) { return time }
        if let seconds = Int64(text) { return FileTime(seconds: seconds) }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()) else {
            throw CommandError("until filter: \"\(text)\" is neither a time nor a duration")
        }
        let (span, overflow) = count.multipliedReportingOverflow(by: unit)
        return FileTime(seconds: overflow ? 0 : Clock.now().seconds - span)
    }

    var isEmpty: Bool { conditions.isEmpty }
    /// Whether it filters by state, so that containers need not be running.
    var namesStates: Bool {
        conditions.contains {
            switch $0 {
            case .status, .exited: true
            default: false
            }
        }
    }

    func matches(_ container: ManagedContainer) -> Bool {
        Dictionary(grouping: conditions, by: \.key).values.allSatisfy { alternatives in
            alternatives.contains { matches(container, $0) }
        }
    }

    private func matches(_ container: ManagedContainer, _ condition: Condition) -> Bool {
        let created = Clock.parseRFC3339(container.record.created) ?? FileTime(seconds: 0)
        switch condition {
        case .id(let text): return container.id.hasPrefix(text)
        case .name(let text): return ContainerSelection.fits(text, container.name)
        case .ancestor(let text):
            if let id = ancestors[text] { return container.record.image == id }
            return container.record.image.hasPrefix(text) || container.definition.imageName.contains(text)
        case .status(let text):
            return container.state.status.rawValue == (text == "stopped" ? "exited" : text)
        case .label(let key, let value):
            guard let found = container.definition.labels[key] else { return false }
            return value == nil || value == found
        case .exited(let code): return container.state.status == .exited && container.state.exitCode == code
        case .before(let time): return created < time
        case .since(let time): return created > time
        case .until(let time): return created <= time
        case .volume(let text):
            return container.definition.mounts.contains { $0.source == text || $0.destination == text }
                || container.definition.volumes.contains(text)
        }
    }

    /// Matches a part of the name; `^` and `$` anchor it.
    private static func fits(_ pattern: String, _ name: String) -> Bool {
        let isBegin = pattern.hasPrefix("^")
        let isEnd = pattern.hasSuffix("$")
        let text = pattern.dropFirst(isBegin ? 1 : 0).dropLast(isEnd ? 1 : 0)
        switch (isBegin, isEnd) {
        case (true, true): return name == text
        case (true, false): return name.hasPrefix(text)
        case (false, true): return name.hasSuffix(text)
        case (false, false): return name.contains(text)
        }
    }
}
