import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import Glibc
import LinuxSystem

/// `container logs`: prints what containers in the background have written.
enum ContainerLogsCommand: Command {
    static let grammar = CommandGrammar(
        "logs", summary: "Fetch the logs of one or more containers", usage: "logs [options] CONTAINER [CONTAINER...]",
        flags: [
            .bool("follow", short: "f", help: "follow log output"),
            .string("since", help: "show logs since TIMESTAMP"), .string("until", help: "show logs until TIMESTAMP"),
            Flag("tail", .int, default: "-1", help: "output the specified number of lines at the end of the logs"),
            .bool("timestamps", short: "t", help: "output the timestamps in the log"),
            .bool("names", short: "n", help: "output the container name in the log"),
            .bool("color", help: "output the containers with different colors in the log"),
            .bool("details", hidden: true, help: "there are no extra details"), ContainerTargets.latest,
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let now = Clock.now()
        let since = try arguments.string("since").map { try LogTime.parse($0, now: now) }
        let until = try arguments.string("until").map { try LogTime.parse($0, now: now) }
        if let since, let until, until < since {
            throw CommandError("--since must be before --until")
        }
        let store = try session.openStore()
        let names = try ContainerTargets.names(arguments, in: store)
        let containers = try names.map { try ManagedContainer($0, in: store) }
        var outputs: [LogOutput] = []
        for (index, container) in containers.enumerated() {
            let driver = container.definition.supervision?.logDriver ?? "none"
            guard container.definition.supervision?.keepsLog ?? false else {
                throw CommandError("this container is using the '\(driver)' log driver, cannot read logs")
            }
            outputs.append(
                LogOutput(
                    reader: ContainerLogReader(try container.logPath(in: store)), container: container,
                    timestamps: arguments.bool("timestamps"),
                    prefix: prefix(of: container, index, arguments, isAlone: containers.count == 1),
                    since: since, until: until))
        }
        let tail = arguments.int("tail") ?? -1
        for output in outputs { try output.printAll(last: tail >= 0 ? tail : nil) }
        if arguments.bool("follow") { try follow(outputs, until: until, store) }
        return 0
    }

    private static func prefix(
        of container: ManagedContainer, _ index: Int, _ arguments: ParsedArguments, isAlone: Bool
    ) -> String {
        let text = arguments.bool("names") ? container.name : isAlone ? "" : String(container.id.prefix(12))
        guard !text.isEmpty else { return "" }
        guard arguments.bool("color") else { return text + " " }
        return "\u{1b}[\(31 + index % 6)m\(text) \u{1b}[0m"
    }

    private static func follow(_ outputs: [LogOutput], until: FileTime?, _ store: ContainerStore) throws {
        var running = outputs
        while !running.isEmpty {
            var next: [LogOutput] = []
            for output in running {
                let found = try store.container(output.container.id).flatMap { try ManagedContainer($0, in: store) }
                // Read after the state: what the container wrote before its end is there by then.
                try output.printNew()
                if found?.isRunning ?? false { next.append(output) }
            }
            running = next
            if let until, until < Clock.now() { return }
            if !running.isEmpty { usleep(50_000) }
        }
    }
}

/// Prints one container's log.
final class LogOutput {
    private var reader: ContainerLogReader
    let container: ManagedContainer
    private let timestamps: Bool
    private let prefix: String
    private let since, until: FileTime?

    init(
        reader: consuming ContainerLogReader, container: ManagedContainer, timestamps: Bool, prefix: String,
        since: FileTime?, until: FileTime?
    ) {
        self.reader = reader
        self.container = container
        self.timestamps = timestamps
        self.prefix = prefix
        self.since = since
        self.until = until
    }

    /// Prints what is there.
    ///
    /// - Parameter count: how many lines from the end; nil: all.
    func printAll(last count: Int?) throws {
        guard let count else { return try printNew() }
        var lines: [[ContainerLogEntry]] = []
        var isOpen = false
        try reader.read { entry in
            if isOpen, !lines.isEmpty { lines[lines.count - 1].append(entry) } else { lines.append([entry]) }
            isOpen = entry.isPartial
            if lines.count > max(count, 1) * 2 + 64 { lines.removeFirst(lines.count - max(count, 1)) }
        }
        for line in lines.suffix(count) { for entry in line { print(entry) } }
    }

    /// Prints what is new.
    func printNew() throws {
        try reader.read { print($0) }
    }

    private func print(_ entry: ContainerLogEntry) {
        if let since, entry.time < since { return }
        if let until, until < entry.time { return }
        let head = prefix + (timestamps ? entry.timestamp + " " : "")
        let stream = entry.isError ? StandardStream.error : .output
        stream.writeUnchanged(Array(head.utf8) + entry.text + (entry.isPartial ? [] : [UInt8(ascii: "\n")]))
    }
}

/// Times of `--since` and `--until`: RFC 3339, a date, seconds since 1970, or a duration before now.
enum LogTime {
    static func parse(_ text: String, now: FileTime) throws -> FileTime {
        if let time = Clock.parseRFC3339(text) { return time }
        for rest in ["Z", ":00Z", ":00:00Z", "T00:00:00Z"] {
            if text.contains("-"), let time = Clock.parseRFC3339(text + rest) { return time }
        }
        if let seconds = Double(text), seconds.magnitude < 1e12 {
            let whole = seconds.rounded(.down)
            return FileTime(seconds: Int64(whole), nanoseconds: Int64((seconds - whole) * 1e9))
        }
        guard let span = duration(text) else {
            throw CommandError("\"\(text)\" is neither a time nor a duration")
        }
        let total = Double(now.seconds) + Double(now.nanoseconds) / 1e9 - span
        let whole = total.rounded(.down)
        return FileTime(seconds: Int64(whole), nanoseconds: Int64((total - whole) * 1e9))
    }

    /// Seconds of a duration in Go's notation, such as `1h30m`.
    private static func duration(_ text: String) -> Double? {
        let units: [(name: String, seconds: Double)] = [
            ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9), ("h", 3600), ("m", 60), ("s", 1),
        ]
        var rest = text[...]
        let sign: Double = rest.hasPrefix("-") ? -1 : 1
        if rest.hasPrefix("-") || rest.hasPrefix("+") { rest = rest.dropFirst() }
        var sum = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            guard let number = Double(digits), number < 1e12 else { return nil }
            rest = rest.dropFirst(digits.count)
            guard let unit = units.first(where: { rest.hasPrefix($0.name) }) else { return nil }
            sum += number * unit.seconds
            rest = rest.dropFirst(unit.name.count)
        }
        return sum.magnitude < 1e12 ? sign * sum : nil
    }
}
