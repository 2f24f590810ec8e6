extension Dockerfile {
    /// The values that FROM lines see: the platform arguments and the ARG instructions before the first FROM, each
    /// replaced by the `buildArguments` value of that name if there is one. Arguments without a value are left out.
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
