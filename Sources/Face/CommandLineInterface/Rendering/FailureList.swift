/// Failures for some of a command's arguments while the others succeeded, reported like Buildah.
struct FailureList {
    private var messages: [String] = []

    mutating func add(_ error: any Error) {
        messages.append("\(error)")
    }

    /// Prints all but the last to standard error, and throws the last as the command's own failure.
    func throwLast(_ session: Session) throws {
        guard let last = messages.last else { return }
        messages.dropLast().forEach(session.printError)
        throw CommandError(last)
    }

    /// Throws a single failure that lists all.
    func throwAll() throws {
        guard !messages.isEmpty else { return }
        let count = messages.count == 1 ? "1 error occurred" : "\(messages.count) errors occurred"
        throw CommandError("\(count):\n" + messages.map { "\t* \($0)\n" }.joined() + "\n")
    }
}
