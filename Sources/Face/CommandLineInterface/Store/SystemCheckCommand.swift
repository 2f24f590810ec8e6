import CommandLineGrammar
import ContainerStore

/// `system check`: compares the store's records with its files, and repairs it on request.
enum SystemCheckCommand: Command {
    static let grammar = CommandGrammar(
        "check", summary: "Check storage consistency",
        details: """
            Compares the records of images, layers and containers with the files of the store. Finds records without data,
            data without records, layers that nothing uses and, with --deep, layers whose content has changed.
            """,
        usage: "check [options]",
        flags: [
            .bool("quick", short: "q", help: "skip time-consuming checks"),
            .bool("deep", help: "read all layers and compare them with their digests (podman does unless --quick)"),
            .bool("repair", short: "r", help: "repair what can be repaired and remove inconsistent images"),
            .bool("force", short: "f", help: "remove inconsistent images and containers"),
            .string(
                "max", short: "m", "duration", default: "24h",
                help: "maximum allowed age of unreferenced layers of other tools"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let quick = arguments.bool("quick")
        if quick, arguments.bool("deep") { throw CommandError("--quick and --deep cannot be used together") }
        var options = StoreCheckOptions()
        if let text = arguments.string("max"), !text.isEmpty {
            guard let seconds = DurationText.seconds(text, upTo: 10 * 365 * 86400) else {
                throw CommandError("--max: \"\(text)\" is not a duration such as 90m or 24h")
            }
            options.unreferencedAge = Int64(seconds)
        }
        let store = try session.openStore()
        if !quick, arguments.bool("deep") || session.calledAs == "podman" {
            options.damagedContent = try store.damagedContent { session.printError("Note: \($0)") }
        }
        let problems = try store.problems(options)
        tell(problems, session)
        guard arguments.bool("repair") || arguments.bool("force") else {
            guard problems.isEmpty else { throw CommandError("damage detected in local storage") }
            return 0
        }
        try store.repair(options, removesContainers: arguments.bool("force")).forEach(session.printLine)
        let left = try store.problems(options)
        guard left.isEmpty else {
            tell(left, session)
            throw CommandError("damage in local storage still present after repair attempt")
        }
        return 0
    }

    /// Prints the problems by object, in Podman's format.
    private static func tell(_ problems: [StoreProblem], _ session: Session) {
        var order: [StoreProblem.Subject] = []
        var texts: [StoreProblem.Subject: [String]] = [:]
        for problem in problems {
            if texts[problem.subject] == nil { order.append(problem.subject) }
            texts[problem.subject, default: []].append(problem.text)
        }
        for subject in order {
            let lines = texts[subject] ?? []
            session.printLine("\(title(of: subject)):")
            session.printLine(lines.count == 1 ? "1 error occurred:" : "\(lines.count) errors occurred:")
            for line in lines { session.printLine("\t* \(line)") }
            session.printLine("")
        }
    }

    private static func title(of subject: StoreProblem.Subject) -> String {
        switch subject {
        case .layer(let id): "Damaged layer \(id)"
        case .image(let id): "Damaged image \(id)"
        case .container(let id): "Damaged container \(id)"
        case .remains(let id): "Files without a record \(id)"
        }
    }
}
