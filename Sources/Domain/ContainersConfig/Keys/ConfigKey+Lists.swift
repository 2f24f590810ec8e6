extension ConfigKey {
    static let containersConf: [ConfigKey] =
        keys(
            .containers, "containers", .obeyed,
            """
            annotations base_hosts_file cgroupns container_name_as_hostname default_capabilities default_sysctls \
            default_ulimits devices dns_options dns_searches dns_servers env env_host host_containers_internal_ip \
            http_proxy init ipcns log_driver log_size_max mounts netns no_hosts no_hostname oom_score_adj pidns pids_limit privileged \
            read_only seccomp_profile shm_size tz umask utsns volumes
            """)
        + keys(
            .containers, "containers", .withoutMeaning,
            """
            cgroups init_path keyring label label_users log_tag \
            prepare_volume_on_create
            """)
        + keys(
            .containers, "network", .obeyed, "default_host_ips default_rootless_network_cmd pasta_options")
        + keys(
            .containers, "network", .withoutMeaning,
            """
            network_backend netavark_plugin_dirs cni_plugin_dirs default_network default_subnet default_subnet_pools \
            rootless_port_forwarder network_config_dir firewall_driver dns_bind_port
            """)
        + keys(
            .containers, "engine", .obeyed,
            """
            cdi_spec_dirs compression_format compression_level env helper_binaries_dir image_default_format image_volume_mode \
            network_cmd_options network_cmd_path pull_policy retry retry_delay runtime runtimes runtimes_flags \
            stop_timeout
            """)
        + keys(
            .containers, "engine", .withoutMeaning,
            """
            cgroup_manager chown_copied_files compat_api_enforce_docker_hub compose_providers \
            compose_warning_logs conmon_env_vars conmon_path database_backend detach_keys enable_port_reservation \
            events_logfile_path events_logfile_max_size events_logger events_container_create_inspect_data \
            exit_command_delay healthcheck_events image_copy_tmp_dir image_parallel_copies infra_command infra_image \
            kube_generate_type lock_type multi_image_archive namespace no_pivot_root num_locks \
            platform_to_oci_runtime pod_exit_policy runtime_supports_json runtime_supports_kvm \
            runtime_supports_nocgroups service_destinations service_timeout static_dir tmp_dir volume_path \
            volume_plugins
            """)
        + keys(.containers, "", .withoutMeaning, "secrets machine farms podmansh") + refusedContainersKeys

    private static let refusedContainersKeys: [ConfigKey] = [
        refused(
            "containers.apparmor_profile", .steps, "AppArmor profiles are not supported",
            ["unconfined", "container-default"]),
        refused(
            "containers.cgroup_conf", .containers, "settings of control groups are not supported; limits have flags"),
        refused(
            "containers.log_path", .containers, "logs are kept with their containers; --log-opt path=FILE names another"
        ),
        refused("containers.interface_name", .containers, "the interface in the container cannot be named"),
        refused("containers.userns", .steps, "the store's id mapping is always used", ["host"]),
        refused("engine.active_service", .containers, "there is no remote service"),
        refused("engine.add_compression", .push, "copies in several compressions are requested by flags only"),
        refused("engine.hooks_dir", .containers, "OCI hooks are not run"),
        refused(
            "engine.image_default_transport", .containers, "names without a transport are those of registries",
            ["docker://"]),
        refused("engine.remote", .containers, "there is no remote service"),
    ]

    private static func refused(
        _ path: String, _ scope: Scope, _ reason: String, _ harmless: Set<String> = []
    ) -> ConfigKey {
        ConfigKey(
            file: .containers, path: path, treatment: .refused, scope: scope, reason: reason, harmless: harmless)
    }

    static let storageConf: [ConfigKey] =
        keys(
            .storage, "storage", .obeyed,
            "driver driver_priority graphroot rootless_storage_path runroot transient_store")
        + keys(
            .storage, "storage.options", .obeyed,
            "additionalimagestores ignore_chown_errors mountopt skip_mount_home sync")
        + keys(.storage, "storage.options.overlay", .obeyed, "ignore_chown_errors mountopt skip_mount_home sync")
        + keys(.storage, "storage.options.vfs", .obeyed, "ignore_chown_errors sync")
        + keys(
            .storage, "storage.options", .withoutMeaning,
            """
            additionallayerstores auto-userns-max-size auto-userns-min-size btrfs disable-volatile mount_program \
            root-auto-userns-user zfs
            """)
        + keys(.storage, "storage.options.overlay", .withoutMeaning, "mount_program")
        + keys(
            .storage, "storage.options.pull_options", .withoutMeaning,
            """
            enable_partial_images insecure_allow_unpredictable_image_contents ostree_repos use_hard_links
            """)
        + refusedStorageKeys

    private static let refusedStorageKeys: [ConfigKey] = {
        let quota = "quotas of containers are not supported"
        let mask = "is not supported: it needs fuse-overlayfs, which records the real permissions"
        let composefs = "composefs is not supported"
        return [
            ("storage.imagestore", "a separate image store is not supported: use additionalimagestores", []),
            ("storage.options.imagestore", "a separate image store is not supported: use additionalimagestores", []),
            ("storage.options.size", quota, []), ("storage.options.overlay.size", quota, []),
            ("storage.options.inodes", quota, []), ("storage.options.overlay.inodes", quota, []),
            ("storage.options.force_mask", mask, ["0", "0000"]),
            ("storage.options.overlay.force_mask", mask, ["0", "0000"]),
            ("storage.options.use_composefs", composefs, ["false"]),
            ("storage.options.overlay.use_composefs", composefs, ["false"]),
            (
                "storage.options.pull_options.convert_images", "layers are stored as their registry has them",
                ["false"]
            ),
        ].map { path, reason, harmless in
            ConfigKey(file: .storage, path: path, treatment: .refused, reason: reason, harmless: harmless)
        }
    }()

    static let registriesConf: [ConfigKey] =
        keys(
            .registries, "", .obeyed,
            "unqualified-search-registries credential-helpers short-name-mode aliases")
        + keys(
            .registries, "registry", .obeyed,
            """
            prefix insecure blocked location mirror.location mirror.insecure mirror.pull-from-mirror \
            mirror-by-digest-only
            """)
        + keys(.registries, "", .withoutMeaning, "additional-layer-store-auth-helper")
}
