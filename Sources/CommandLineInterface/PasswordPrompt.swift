import Glibc

/// Asking for what must not be seen.
enum PasswordPrompt {
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
