/// What went wrong with some of a command's arguments while the others were done, told as Buildah tells it.
struct FailureList {
    private var messages: [String] = []

    mutating func add(_ error: any Error) {
        messages.append("\(error)")
    }

    /// All but the last go to standard error as they are; the last is the command's own failure.
    func throwLast(_ session: Session) throws {
        guard let last = messages.last else { return }
        messages.dropLast().forEach(session.printError)
        throw CommandError(last)
    }

    /// One failure that lists all.
    func throwAll() throws {
        guard !messages.isEmpty else { return }
        let count = messages.count == 1 ? "1 error occurred" : "\(messages.count) errors occurred"
        throw CommandError("\(count):\n" + messages.map { "\t* \($0)\n" }.joined() + "\n")
    }
}
