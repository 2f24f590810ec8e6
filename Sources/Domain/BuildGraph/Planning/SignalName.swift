/// Signal names of STOPSIGNAL.
enum SignalName {
    private static let names: Set<String> = [
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
        "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1",
        "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
    ]
    /// `RTMIN+15` and `RTMAX-14` are adjacent, in the middle of the real-time signals.
    private static let largestOffsets = [("RTMIN+", 15), ("RTMAX-", 14)]

    /// Whether the text is a signal's number, or its name, case-insensitive, with or without `SIG`.
    static func isValid(_ text: String) -> Bool {
        if let number = Int(text) { return number > 0 }
        var name = text.uppercased()
        if name.hasPrefix("SIG") { name.removeFirst(3) }
        if names.contains(name) { return true }
        return largestOffsets.contains { prefix, largest in
            guard name.hasPrefix(prefix), let offset = Int(name.dropFirst(prefix.count)) else { return false }
            return (1...largest).contains(offset)
        }
    }
}
