import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import LinuxSystem

/// The containers that a command operates on: names, `--cidfile`, `--all`, `--latest`, `--filter`.
struct ContainerTargets {
    static let cidfile = Flag(
        "cidfile", .stringArray, placeholder: "file", help: "read the container ID from the file")
    static let all = Flag.bool("all", short: "a", help: "all containers")
    static let latest = Flag.bool("latest", short: "l", help: "act on the latest container podman is aware of")

    /// The specified names and ids, including those in files.
    ///
    /// - Throws: when none is specified, or both `--all` and a name.
    static func names(_ arguments: ParsedArguments, in store: ContainerStore) throws -> [String] {
        func isOn(_ flag: String) -> Bool { arguments.declares(flag) && arguments.bool(flag) }
        var names = arguments.positionals
        if arguments.declares("cidfile") {
            for file in arguments.strings("cidfile") { names.append(try id(in: file)) }
        }
        let selects = arguments.declares("filter") && arguments.wasSet("filter")
        if isOn("all") || isOn("latest") || selects {
            guard names.isEmpty else {
                throw CommandError(
                    "when using the --all, --latest or --filter switch, you may not pass any container names or IDs")
            }
        } else if names.isEmpty {
            throw CommandError("you must provide at least one name or id")
        }
        guard isOn("all") || isOn("latest") || selects else { return names }
        let selection = try ContainerSelection(selects ? arguments.strings("filter") : [], in: store)
        let containers = try ManagedContainer.all(in: store).filter { selection.matches($0) }
        if isOn("latest") {
            return containers.max { $0.record.created < $1.record.created }.map { [$0.id] } ?? []
        }
        return containers.map(\.id)
    }

    /// The output for a processed container: the name as specified, otherwise the id.
    static func echo(_ name: String, _ id: String, _ arguments: ParsedArguments) -> String {
        arguments.positionals.contains(name) ? name : id
    }

    private static func id(in file: String) throws -> String {
        let bytes = try Files.readFile(file, limit: 4096)
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Processes each container in order; errors are printed and the remaining ones continue.
    ///
    /// - Parameters:
    ///   - ignoresMissing: whether to ignore unknown names.
    ///   - onMissing: called for an unknown name; whether that is no error.
    /// - Returns: the exit code: 0, or that of the last error.
    static func forEach(
        _ names: [String], ignoresMissing: Bool = false, _ store: ContainerStore, _ session: Session,
        _ body: (inout ManagedContainer) throws -> Void, onMissing: () -> Bool = { false }
    ) -> Int32 {
        var code: Int32 = 0
        for name in names {
            do {
                var container = try ManagedContainer(name, in: store)
                try body(&container)
            } catch let error as ContainerError where error.code == .notFound {
                if ignoresMissing || onMissing() { continue }
                session.printError("Error: \(error)")
                code = ErrorReport.ownFailure
            } catch let failure as KeeperLauncher.Failure {
                session.printError("Error: \(failure)")
                code = failure.exitCode
            } catch {
                session.printError("Error: \(error)")
                code = ErrorReport.ownFailure
            }
        }
        return code
    }
}
