import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import Glibc
import LinuxSystem

/// `container top`: lists the processes of a running container.
enum ContainerTopCommand: Command {
    static let grammar = CommandGrammar(
        "top", summary: "Display the running processes of a container",
        usage: "top [options] CONTAINER [FORMAT...]",
        flags: [ContainerTargets.latest], interspersed: false)

    private static let standard = ["user", "pid", "ppid", "pcpu", "etime", "tty", "time", "args"]
    private static let headers = [
        "user": "USER", "uid": "UID", "pid": "PID", "hpid": "HPID", "ppid": "PPID", "pcpu": "%CPU",
        "etime": "ELAPSED", "tty": "TTY", "time": "TIME", "args": "COMMAND", "comm": "COMMAND", "stat": "STATE",
        "state": "STATE",
    ]

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        var words = arguments.positionals
        let given = arguments.bool("latest") || words.isEmpty ? "" : words.removeFirst()
        try ContainerExecCommand.joinUserNamespace(of: given, session)
        let store = try session.openStore()
        var choice = arguments
        choice.removePositionals()
        let name = arguments.bool("latest") ? try ContainerTargets.names(choice, in: store).first ?? "" : given
        guard !name.isEmpty else { throw CommandError("top requires the name or ID of one running container") }
        let container = try ManagedContainer(name, in: store)
        guard container.isRunning else {
            throw CommandError("top can only be used on running containers")
        }
        let fields = words.isEmpty ? standard : words.flatMap { $0.split(separator: ",").map(String.init) }
        for field in fields where headers[field] == nil {
            throw CommandError(
                "unknown descriptor \"\(field)\": use \(headers.keys.sorted().joined(separator: ", ")), or ps in exec")
        }
        let rows = try container.processes().map { process in fields.map { process.text(of: $0) } }
        let table = [fields.map { headers[$0] ?? "" }] + rows
        let widths = fields.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        for row in table {
            let cells = row.enumerated().map { index, cell in
                index == row.count - 1
                    ? cell : cell + String(repeating: " ", count: max(widths[index], 10) - cell.count)
            }
            session.printLine(cells.joined(separator: "  "))
        }
        return 0
    }
}
