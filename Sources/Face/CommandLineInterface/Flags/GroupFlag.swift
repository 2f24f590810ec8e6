import CommandLineGrammar

/// `--group-add`: more groups of commands.
enum GroupFlag {
    static let flag = Flag(
        "group-add", .stringSlice, placeholder: "group", help: "add additional groups to the processes of commands")

    /// Names of the image's groups, or numbers.
    static func groups(_ arguments: ParsedArguments) throws -> [String] {
        let groups = arguments.strings("group-add")
        guard !groups.contains("keep-groups") else {
            throw CommandError(
                "--group-add keep-groups is not supported: the groups of the calling user have no ids in the container")
        }
        return groups
    }
}
