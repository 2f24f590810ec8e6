extension ContainersConf {
    /// Reads the files of containers.conf(5), each overriding the previous ones key by key (``ConfigSearch``).
    ///
    /// - Throws: ``ConfigError`` naming the file and the key.
    package static func load(env: ConfigEnvironment) throws(ConfigError) -> ContainersConf {
        try ContainersConf(merged(env: env))
    }

    /// The variables in `env` of `[engine]`. Files in which no line can set them are not parsed, since every command
    /// asks for them at its start.
    package static func engineEnvironment(env: ConfigEnvironment) throws(ConfigError) -> [String] {
        let files = try ConfigSearch.containers(env).read(env)
        guard files.contains(where: { maySetEnvironment($0.bytes) }) else { return [] }
        return try load(env: env).engine.env
    }

    /// Whether a line begins with a key that could be `env` or the table `engine`.
    static func maySetEnvironment(_ bytes: [UInt8]) -> Bool {
        let names = ["env", "engine"].map { Array($0.utf8) }
        var isAtStart = true
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "\n"): isAtStart = true
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\""), UInt8(ascii: "'"): break
            default:
                if isAtStart, names.contains(where: bytes[index...].starts(with:)) { return true }
                isAtStart = false
            }
        }
        return false
    }

    static func merged(env: ConfigEnvironment) throws(ConfigError) -> MergedTables {
        try MergedTables(.containers(env), env, sections: ["containers", "engine", "network"])
    }

    init(_ merged: MergedTables) throws(ConfigError) {
        self.init()
        files = merged.files
        refusals = ConfigKey.refusals(in: merged, .containers)
        try containers.read(merged)
        try engine.read(merged)
        try network.read(merged)
    }
}
