import CommandLineGrammar

/// `--userns`: commands run in the user namespace of the store, which Buildah calls the host's.
enum UserNamespaceFlag {
    static let flag = Flag.string("userns", help: "user namespace of commands: only host, that of the store's files")

    /// - Throws: for every other one: the store would have to keep the files of the container with other owners.
    static func check(_ arguments: ParsedArguments) throws {
        let name = arguments.string("userns") ?? ""
        guard ["", "host"].contains(name) else {
            throw CommandError(
                "--userns \(name) is not supported: the store's id mapping is always used, which is --userns host")
        }
    }
}
