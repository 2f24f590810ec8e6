import CommandLineGrammar
import LinuxSystem
import ProgressEvents

/// Debug records on standard error, one line each, in the format of related tools' logs:
/// `time="..." level=debug msg="registry request" method=GET url="..." status=200`.
enum DebugOutput {
    /// Shows all later records.
    static func begin() {
        DebugLog.begin { StandardStream.error.write(line($0, at: Clock.now()) + "\n") }
    }

    static func line(_ record: DebugRecord, at time: FileTime) -> String {
        let fields = [("msg", record.message)] + record.fields.map { ($0.name, $0.value) }
        return "time=\"\(Clock.rfc3339(time))\" level=debug "
            + fields.map { "\($0)=\(quoted($1))" }.joined(separator: " ")
    }

    /// Values that are plain words stand without quotes, except the message.
    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.unicodeScalars.allSatisfy { plain.contains($0) }
        return isPlain ? value : value.goQuoted
    }

    private static let plain = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/@^+".unicodeScalars)
}
