extension ContainersConf {
    /// Reads the files of containers.conf(5), each overriding the previous ones key by key (``ConfigSearch``).
    ///
    /// - Throws: ``ConfigError`` naming the file and the key.
    package static func load(env: ConfigEnvironment) throws(ConfigError) -> ContainersConf {
        try ContainersConf(merged(env: env))
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
