import Glibc

/// Prompts for input on the terminal.
enum PasswordPrompt {
    /// Reads a line with echo.
    static func askPlain(_ prompt: String) throws -> String {
        StandardStream.error.write(prompt)
        guard let line = readLine() else { throw CommandError("unexpected end of input") }
        return line
    }

    /// All of standard input, without its trailing newline.
    static func readInput() throws -> String {
        var text = ""
        while let line = readLine(strippingNewline: false) {
            text += line
            guard text.utf8.count <= 1 << 20 else { throw CommandError("the password on standard input is too long") }
        }
        while text.hasSuffix("\n") || text.hasSuffix("\r") || text.hasSuffix("\r\n") { text.removeLast() }
        return text
    }

    /// Reads a line from the terminal without echo.
    ///
    /// - Throws: `CommandError` when standard input is not a terminal.
    static func ask(_ prompt: String) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandError("a password is required, but standard input is not a terminal")
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
