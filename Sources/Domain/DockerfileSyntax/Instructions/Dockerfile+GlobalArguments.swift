extension Dockerfile {
    /// The variables for FROM lines: the platform arguments and the ARG instructions before the first FROM, with their
    /// defaults overridden by `buildArguments`. Arguments without a value are omitted.
    package func globalArgumentValues(
        buildArguments: [String: String], platform: [String: String]
    ) throws(Diagnostic) -> [String: String] {
        var values = platform
        for (name, value) in buildArguments where PredefinedArguments.platform.contains(name) { values[name] = value }
        for instruction in globalArguments {
            guard case .arg(let declarations) = instruction.kind else { continue }
            for declaration in declarations {
                if let given = buildArguments[declaration.name] {
                    values[declaration.name] = given
                } else if let word = declaration.defaultValue {
                    let known = values
                    values[declaration.name] = try expander.expand(word, in: source.file) { known[$0] }.value
                }
            }
        }
        return values
    }
}
