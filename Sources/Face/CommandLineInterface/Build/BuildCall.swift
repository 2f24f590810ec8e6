import CommandLineGrammar
import DockerfileChecks
import DockerfileSyntax
import ImageBuild
import JSONText
import LinuxSystem
import OutputTemplates

/// `build --call METHOD[,format=json|sarif]` and `--check`: tells about a Dockerfile instead of building it, as docker
/// does.
struct BuildCall {
    private enum Method: String {
        case check, outline, targets
    }

    private enum Format {
        case text, json
        /// For checks only.
        case sarif
    }

    private let method: Method
    private let format: Format
    /// The directory that the name of the file is relative to; empty for the working directory.
    private let directory: String
    private let arguments: ParsedArguments

    /// Nil if the flags ask for a build.
    ///
    /// - Throws: `CommandError` for another method or option.
    init?(_ arguments: ParsedArguments) throws {
        self.arguments = arguments
        let context = arguments.positionals.first ?? "."
        let isDirectory = arguments.strings("file").isEmpty && (try? Files.status(context).kind) == .directory
        directory = isDirectory && context != "." ? context : ""
        if arguments.bool("check") {
            guard !arguments.wasSet("call") else { throw CommandError("--check and --call cannot be used together") }
            (method, format) = (.check, .text)
            return
        }
        guard let text = arguments.string("call") else { return nil }
        var fields = text.split(separator: ",").map(String.init)
        var name = fields.isEmpty ? "" : fields.removeFirst()
        if let prefixed = name.split(separator: "=", maxSplits: 1).last, name.hasPrefix("method=") {
            name = String(prefixed)
        }
        var format = Format.text
        for field in fields {
            switch field {
            case "format=json": format = .json
            case "format=text": format = .text
            case "format=sarif": format = .sarif
            default:
                throw CommandError(
                    "--call \(text): the option \(field) is not supported, only format=text, json and sarif"
                        + Suggestion.hint(for: field, among: ["format=text", "format=json", "format=sarif"]))
            }
        }
        if name == "build" { return nil }
        guard let method = Method(rawValue: name == "lint" ? "check" : name) else {
            throw CommandError("--call \(text): unknown method \(name): it must be build, check, outline or targets")
        }
        guard format != .sarif || method == .check else {
            throw CommandError("--call \(text): SARIF is for checks: use --call=check,format=sarif")
        }
        (self.method, self.format) = (method, format)
    }

    /// Prints the answer.
    ///
    /// - Returns: the exit code: 1 if a check found something.
    func run(_ options: BuildOptions, _ session: Session) throws -> Int32 {
        switch method {
        case .check: return try check(options, session)
        case .outline:
            let outline = try ImageBuilder.outline(options)
            session.write(format == .json ? Self.rendered(Self.json(outline)) : Self.text(outline))
        case .targets:
            let targets = try ImageBuilder.targets(options)
            session.write(format == .json ? Self.rendered(Self.json(targets)) : Self.text(targets))
        }
        return 0
    }

    // MARK: Checks

    /// The file as a path that other tools find.
    private func path(of file: String) -> String {
        directory.isEmpty ? file : directory.hasSuffix("/") ? directory + file : "\(directory)/\(file)"
    }

    private func check(_ options: BuildOptions, _ session: Session) throws -> Int32 {
        // The store is opened when a stage has a base image to look for; nothing is fetched.
        let images = LazyStoreImages(arguments, session)
        let result = try ImageBuilder.check(options) { images.localImage($0, $1) }
        let (findings, file) = (result.findings, result.file)
        if !result.unknownBases.isEmpty {
            session.printError(
                "Note: not in the store: \(result.unknownBases.joined(separator: ", ")): without its base image, a stage is "
                    + "not checked for UndefinedVar, JSONArgsRecommended and InvalidBaseImagePlatform")
        }
        if format == .sarif {
            session.write(Self.rendered(SARIFLog.log(of: findings, path: path(of: file))))
        } else if format == .json {
            session.write(Self.rendered(Self.json(findings, file: file)))
        } else if findings.isEmpty {
            session.printLine("Check complete, no warnings found.")
        } else {
            let count = findings.count == 1 ? "1 warning has" : "\(findings.count) warnings have"
            session.printLine("Check complete, \(count) been found!")
            for text in ImageBuilder.render(findings, options) { session.printLine("\n\(text)") }
        }
        return findings.isEmpty ? 0 : 1
    }

    private static func json(_ findings: [CheckFinding], file: String) -> JSONValue {
        let warnings = findings.map { finding -> JSONValue in
            var warning: JSONObject = [
                "ruleName": .string(finding.rule.rawValue), "description": .string(finding.rule.summary),
                "url": .string(finding.rule.url ?? ""), "detail": .string(finding.message),
                "location": [
                    "ranges": [
                        [
                            "start": ["line": line(finding.range.start.line)],
                            "end": ["line": line(finding.range.end.line)],
                        ]
                    ]
                ],
            ]
            if let saved = finding.savedBytes { warning["savedBytes"] = .integer(Int64(clamping: saved)) }
            return .object(warning)
        }
        return ["warnings": .array(warnings), "sources": [["filename": .string(file)]]]
    }

    private static func rendered(_ value: JSONValue) -> String {
        value.serializedString(pretty: true, indent: "  ") + "\n"
    }

    private static func line(_ number: Int) -> JSONValue { .integer(Int64(number)) }

    // MARK: Outline

    private static func text(_ outline: BuildOutline) -> String {
        var parts: [String] = []
        if outline.name != nil {
            var table = TableWriter(minimumWidth: 0, padding: 1)
            table.addRow(["TARGET:", outline.name ?? ""])
            if let description = outline.description { table.addRow(["DESCRIPTION:", description]) }
            parts.append(table.rendered())
        }
        if !outline.arguments.isEmpty {
            var table = TableWriter(minimumWidth: 0, padding: 3)
            table.addRow(["BUILD ARG", "VALUE", "DESCRIPTION"])
            for argument in outline.arguments {
                table.addRow([argument.name, argument.value, argument.description ?? ""])
            }
            parts.append(table.rendered())
        }
        for (title, mounts) in [("SECRET", outline.secrets), ("SSH", outline.agents)] where !mounts.isEmpty {
            var table = TableWriter(minimumWidth: 0, padding: 3)
            table.addRow([title, "REQUIRED"])
            for mount in mounts { table.addRow([mount.name, mount.isRequired ? "true" : ""]) }
            parts.append(table.rendered())
        }
        return parts.joined(separator: "\n")
    }

    private static func json(_ outline: BuildOutline) -> JSONValue {
        func mounts(_ mounts: [BuildOutline.Mount]) -> JSONValue {
            .array(mounts.map { ["name": .string($0.name), "required": .bool($0.isRequired)] })
        }
        return [
            "name": .string(outline.name ?? ""), "description": .string(outline.description ?? ""),
            "args": .array(
                outline.arguments.map {
                    [
                        "name": .string($0.name), "value": .string($0.value),
                        "description": .string($0.description ?? ""), "line": line($0.line),
                    ]
                }),
            "secrets": mounts(outline.secrets), "ssh": mounts(outline.agents),
        ]
    }

    // MARK: Targets

    private static func text(_ targets: [ImageBuilder.Target]) -> String {
        var table = TableWriter(minimumWidth: 0, padding: 1)
        table.addRow(["TARGET", "DESCRIPTION"])
        for target in targets {
            let name = [target.name, target.isDefault ? "(default)" : nil].compactMap { $0 }.joined(separator: " ")
            table.addRow([name, target.description ?? ""])
        }
        return table.rendered()
    }

    private static func json(_ targets: [ImageBuilder.Target]) -> JSONValue {
        [
            "targets": .array(
                targets.map {
                    [
                        "name": .string($0.name ?? ""), "default": .bool($0.isDefault),
                        "description": .string($0.description ?? ""), "base": .string($0.base),
                        "platform": .string($0.platform ?? ""), "line": line($0.line),
                    ]
                })
        ]
    }
}
