import Glibc

/// Asking for what must not be seen.
enum PasswordPrompt {
    /// Reads a line that may be seen.
    static func askPlain(_ prompt: String) throws -> String {
        StandardStream.error.write(prompt)
        guard let line = readLine() else { throw CommandError("the input ended before an answer") }
        return line
    }

    /// All of standard input, without the end of its line.
    static func readInput() throws -> String {
        var text = ""
        while let line = readLine(strippingNewline: false) {
            text += line
            guard text.utf8.count <= 1 << 20 else { throw CommandError("the password on standard input never ends") }
        }
        while text.hasSuffix("\n") || text.hasSuffix("\r") || text.hasSuffix("\r\n") { text.removeLast() }
        return text
    }

    /// Reads a line from the terminal without showing it.
    ///
    /// - Throws: `CommandError` when standard input is no terminal.
    static func ask(_ prompt: String) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandError("a password is needed, and standard input is no terminal to ask for it")
        }
        var saved = termios()
        guard tcgetattr(STDIN_FILENO, &saved) == 0 else { throw CommandError("the terminal cannot be set up") }
        var hidden = saved
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
            StandardStream.error.write("\n")
        }
        StandardStream.error.write(prompt)
        return readLine() ?? ""
    }
}
