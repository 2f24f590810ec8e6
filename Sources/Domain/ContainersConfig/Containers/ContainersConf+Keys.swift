extension ContainersConf.Containers {
    mutating func read(_ tables: MergedTables) throws(ConfigError) {
        let keys = SectionReader(tables, section: "containers")
        try keys.strings("default_capabilities", into: &defaultCapabilities)
        try keys.strings("default_sysctls", into: &defaultSysctls)
        try keys.strings("default_ulimits", into: &defaultUlimits)
        try keys.strings("annotations", into: &annotations)
        try keys.strings("devices", into: &devices)
        try keys.strings("volumes", into: &volumes)
        try keys.strings("mounts", into: &mounts)
        try keys.strings("env", into: &env)
        try keys.bool("env_host", into: &envHost)
        try keys.bool("http_proxy", into: &httpProxy)
        try readNames(keys)
        try keys.octal("umask", into: &umask)
        try keys.string("tz", into: &timezone)
        try keys.string("seccomp_profile", into: &seccompProfile)
        try keys.size("shm_size", into: &shmSize)
        try keys.optionalInteger("pids_limit", into: &pidsLimit)
        try keys.string("log_driver", into: &logDriver)
        try keys.optionalInteger("log_size_max", into: &logSizeMax)
        try keys.optionalInteger("oom_score_adj", into: &oomScoreAdjustment)
        try keys.bool("privileged", into: &isPrivileged)
        try keys.bool("container_name_as_hostname", into: &hostnameIsName)
        try keys.bool("init", into: &runsInit)
        try keys.bool("read_only", into: &readOnly)
        try readNamespaces(keys)
    }

    private mutating func readNames(_ keys: SectionReader) throws(ConfigError) {
        try keys.strings("dns_servers", into: &dnsServers)
        try keys.strings("dns_options", into: &dnsOptions)
        try keys.strings("dns_searches", into: &dnsSearches)
        try keys.string("base_hosts_file", into: &baseHostsFile)
        try keys.bool("no_hosts", into: &noHosts)
        try keys.bool("no_hostname", into: &noHostname)
        try keys.string("host_containers_internal_ip", into: &hostContainersInternalIP)
    }

    private mutating func readNamespaces(_ keys: SectionReader) throws(ConfigError) {
        try keys.string("cgroupns", into: &cgroupNamespace)
        try keys.string("ipcns", into: &ipcNamespace)
        try keys.string("netns", into: &networkNamespace)
        try keys.string("pidns", into: &pidNamespace)
        try keys.string("utsns", into: &utsNamespace)
    }
}

extension ContainersConf.Engine {
    mutating func read(_ tables: MergedTables) throws(ConfigError) {
        let keys = SectionReader(tables, section: "engine")
        try keys.string("runtime", into: &runtime)
        try keys.lists("runtimes", into: &runtimes)
        try keys.strings("helper_binaries_dir", into: &helperBinariesDir)
        try keys.strings("cdi_spec_dirs", into: &cdiDirectories)
        try keys.strings("env", into: &env)
        try keys.string("image_default_format", into: &imageDefaultFormat)
        try keys.string("compression_format", into: &compressionFormat)
        try keys.optionalCount("compression_level", into: &compressionLevel)
        try keys.string("pull_policy", into: &pullPolicy)
        try keys.string("image_volume_mode", into: &imageVolumeMode)
        try keys.optionalCount("stop_timeout", into: &stopTimeout)
        try keys.lists("runtimes_flags", into: &runtimeFlags)
        try keys.string("network_cmd_path", into: &networkCommandPath)
        try keys.strings("network_cmd_options", into: &networkCommandOptions)
        try keys.optionalCount("retry", into: &retry)
        try keys.string("retry_delay", into: &retryDelay)
    }
}

extension ContainersConf.Network {
    mutating func read(_ tables: MergedTables) throws(ConfigError) {
        let keys = SectionReader(tables, section: "network")
        try keys.string("default_rootless_network_cmd", into: &defaultRootlessNetworkCommand)
        try keys.strings("default_host_ips", into: &defaultHostAddresses)
        try keys.strings("pasta_options", into: &pastaOptions)
    }
}
