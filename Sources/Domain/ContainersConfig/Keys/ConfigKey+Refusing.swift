import TOMLText

extension ConfigKey {
    /// Whether a value requests nothing, or what happens anyway.
    func isHarmless(_ value: TOMLValue) -> Bool {
        switch value {
        case .string(let text): text.isEmpty || harmless.contains(text)
        case .boolean(let value): !value
        case .integer(let value): value == 0
        case .array(let items): items.isEmpty
        default: false
        }
    }
}

extension ContainersConf {
    /// Throws the error for a key whose value a command cannot honour.
    ///
    /// - Parameter scope: what the command does; `containers` includes `steps`.
    package func checkSupported(for scope: ConfigKey.Scope) throws(ConfigError) {
        for refusal in refusals
        where refusal.scope == scope || refusal.scope == .always || (scope == .containers && refusal.scope == .steps) {
            throw refusal.error
        }
    }
}
