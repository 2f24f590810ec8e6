import Glibc

/// Signal names and numbers for `--signal` and `--stop-signal`.
package enum SignalNumber {
    private static let numbers: [String: Int32] = [
        "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ILL": SIGILL, "TRAP": SIGTRAP, "ABRT": SIGABRT, "IOT": SIGIOT,
        "BUS": SIGBUS, "FPE": SIGFPE, "KILL": SIGKILL, "USR1": SIGUSR1, "SEGV": SIGSEGV, "USR2": SIGUSR2,
        "PIPE": SIGPIPE, "ALRM": SIGALRM, "TERM": SIGTERM, "STKFLT": 16, "CHLD": SIGCHLD, "CLD": SIGCHLD,
        "CONT": SIGCONT, "STOP": SIGSTOP, "TSTP": SIGTSTP, "TTIN": SIGTTIN, "TTOU": SIGTTOU, "URG": SIGURG,
        "XCPU": SIGXCPU, "XFSZ": SIGXFSZ, "VTALRM": SIGVTALRM, "PROF": SIGPROF, "WINCH": SIGWINCH, "IO": SIGIO,
        "POLL": SIGIO, "PWR": SIGPWR, "SYS": SIGSYS,
    ]
    private static let realTime: ClosedRange<Int32> = 34...64

    /// Parses a signal number, or a case-insensitive name with or without `SIG`.
    ///
    /// - Throws: ``ContainerError`` with `invalid`.
    package static func parse(_ text: String) throws -> Int32 {
        if let number = Int32(text), (1...realTime.upperBound).contains(number) { return number }
        var name = text.uppercased()
        if name.hasPrefix("SIG") { name.removeFirst(3) }
        if let number = numbers[name] { return number }
        if let number = realTimeNumber(name) { return number }
        throw ContainerError(.invalid, "invalid signal: \"\(text)\"")
    }

    private static func realTimeNumber(_ name: String) -> Int32? {
        switch name {
        case "RTMIN": return realTime.lowerBound
        case "RTMAX": return realTime.upperBound
        default: break
        }
        guard let offset = Int32(name.dropFirst(6)), (0...30).contains(offset) else { return nil }
        if name.hasPrefix("RTMIN+") { return realTime.lowerBound + offset }
        return name.hasPrefix("RTMAX-") ? realTime.upperBound - offset : nil
    }
}
