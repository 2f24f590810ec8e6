import CommandLineGrammar
import Glibc

/// Messages in the form in which Skopeo writes them, for scripts that read its standard error.
enum LogLine {
    enum Level: String {
        case info, warning, error, fatal
    }

    /// `time="..." level=... msg="..." key="value"`; on a terminal shorter, as there.
    static func text(
        _ level: Level, _ message: String, _ fields: [(key: String, value: String)] = [], isTerminal: Bool
    ) -> String {
        let pairs = fields.map { " \($0.key)=\(quoted($0.value))" }.joined()
        guard !isTerminal else {
            return "\(level.rawValue.uppercased().prefix(4))[0000] \(MessageText.shown(message))\(pairs)"
        }
        return "time=\(now().goQuoted) level=\(level.rawValue) msg=\(quoted(message))\(pairs)"
    }

    /// Writes a message to standard error: as Skopeo does under its name, and otherwise as a sentence.
    ///
    /// - Parameter fields: the subjects, in Skopeo's form after the message, otherwise part of the sentence.
    static func write(
        _ level: Level, _ message: String, _ fields: [(key: String, value: String)] = [], calledAs name: String
    ) {
        if name == "skopeo" {
            let line = text(level, message, fields, isTerminal: isatty(STDERR_FILENO) == 1)
            StandardStream.error.write(line + "\n")
        } else {
            let prefix = level == .error ? "Error: " : level == .warning ? "Warning: " : ""
            let words = fields.map { " \($0.key) \($0.value)" }.joined()
            StandardStream.error.write(MessageText.shown("\(prefix)\(message)\(words)") + "\n")
        }
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._/@^+".utf8.contains(byte)
            }
        }
        return isPlain ? text : text.goQuoted
    }

    /// The local time with its offset from UTC (RFC 3339).
    private static func now() -> String {
        var seconds = time(nil)
        var local = tm()
        guard localtime_r(&seconds, &local) != nil else { return "" }
        var buffer = [CChar](repeating: 0, count: 64)
        let length = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S%z", &local)
        let text = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard local.tm_gmtoff != 0 else { return text.dropLast(5) + "Z" }
        return "\(text.dropLast(2)):\(text.suffix(2))"
    }
}
