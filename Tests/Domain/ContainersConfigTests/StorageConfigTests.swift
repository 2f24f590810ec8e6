import Glibc
import Testing

@testable import ContainersConfig

@Suite struct StorageConfigTests {
    let host = TemporaryRoot()

    @Test func rootDefaultsWithoutAnyFile() throws {
        let config = try StorageConfig.resolve(env: host.root(), rootless: false)
        #expect(config.graphRoot == "/var/lib/containers/storage")
        #expect(config.runRoot == "/run/containers/storage")
        #expect(config.configFile == "\(host.path)/etc/containers/storage.conf")
        #expect(config.options.isEmpty)
    }

    @Test func rootReadsEtcBeforeUsrShare() throws {
        host.write("usr/share/containers/storage.conf", "[storage]\ngraphroot = '/shared'\ndriver = 'vfs'\n")
        #expect(try StorageConfig.resolve(env: host.root(), rootless: false).graphRoot == "/shared")
        host.write(
            "etc/containers/storage.conf",
            """
            [storage]
            driver = "overlay2"
            graphroot = "/data/$UID/../store"
            runroot = "/run/c"
            [storage.options]
            additionalimagestores = ["/mnt/a", "/mnt/b"]
            mountopt = "nodev"
            [storage.options.overlay]
            mountopt = "nodev,metacopy=on"
            ignore_chown_errors = "true"
            """)
        let config = try StorageConfig.resolve(env: host.root(), rootless: false)
        #expect(config.driver == "overlay")
        #expect(config.graphRoot == "/data/store")
        #expect(config.runRoot == "/run/c")
        #expect(config.imageStores == ["/mnt/a", "/mnt/b"])
        #expect(
            config.options == ["mountopt": "nodev,metacopy=on", "ignore_chown_errors": "true"])
        #expect(config.mountRestrictions == ["nodev"])
        #expect(config.ignoresUnmappedOwners && !config.synchronizesLayers)
    }

    @Test func rootlessDefaultsAreInTheHomeDirectory() throws {
        let runtime = host.makeDirectory("run/seven")
        let env = host.user(["XDG_RUNTIME_DIR": runtime])
        let config = try StorageConfig.resolve(env: env, rootless: true)
        #expect(config.driver == nil)
        #expect(config.graphRoot == "\(env.home)/.local/share/containers/storage")
        #expect(config.runRoot == "\(runtime)/containers")
        #expect(config.configFile == "\(env.home)/.config/containers/storage.conf")
        let data = host.user(["XDG_DATA_HOME": "/data"])
        #expect(try StorageConfig.resolve(env: data, rootless: true).graphRoot == "/data/containers/storage")
    }

    @Test func systemFilesApplyToUsersExceptRootsOwnDirectories() throws {
        host.write(
            "etc/containers/storage.conf",
            """
            [storage]
            driver = "vfs"
            graphroot = "/var/lib/containers/storage"
            runroot = "/var/run/containers/storage"
            rootless_storage_path = "/big/$USER/${UID}/storage"
            [storage.options]
            additionalimagestores = ["/mnt/a"]
            ignore_chown_errors = "true"
            """)
        let env = host.user(uid: 77)
        let config = try StorageConfig.resolve(env: env, rootless: true)
        #expect(config.driver == "vfs")
        #expect(config.graphRoot == "/big/someone/77/storage")
        #expect(config.runRoot.hasSuffix("/containers"))
        #expect(config.imageStores == ["/mnt/a"])
        #expect(config.options == ["ignore_chown_errors": "true"])
        host.write("etc/containers/storage.rootless.conf.d/77/own.conf", "[storage]\ngraphroot = '/disk/$UID'\n")
        #expect(try StorageConfig.resolve(env: env, rootless: true).graphRoot == "/disk/77")
        #expect(try StorageConfig.resolve(env: host.user(uid: 78), rootless: true).graphRoot != "/disk/78")
    }

    @Test func usersOwnFileReplacesTheSystems() throws {
        host.write("etc/containers/storage.conf", "[storage]\ndriver='vfs'\n[storage.options]\nsize='1G'\n")
        let env = host.user()
        host.write(
            "home/someone/.config/containers/storage.conf",
            "[storage]\ndriver = 'overlay'\n[storage.options.overlay]\nmount_program = '/usr/bin/fuse-overlayfs'\n")
        let config = try StorageConfig.resolve(env: env, rootless: true)
        #expect(config.driver == "overlay")
        #expect(config.graphRoot == "\(env.home)/.local/share/containers/storage")
        #expect(config.options == ["mount_program": "/usr/bin/fuse-overlayfs"])
    }

    @Test func environmentWinsOverFilesAndOptionsOverTheEnvironment() throws {
        host.write("etc/containers/storage.conf", "[storage]\ndriver='vfs'\n[storage.options]\nmountopt='nodev'\n")
        let named = host.write("other.conf", "[storage]\ndriver='overlay'\ngraphroot='/other'\n")
        let env = host.root([
            "STORAGE_DRIVER": "vfs", "STORAGE_OPTS": "overlay.mountopt=nosuid,.skip_mount_home=true",
            "CONTAINERS_STORAGE_CONF": named,
        ])
        let config = try StorageConfig.resolve(env: env, rootless: false)
        #expect(config.driver == "vfs")
        #expect(config.graphRoot == "/other")
        #expect(config.options == ["mountopt": "nosuid", "skip_mount_home": "true"])
        let overridden = try StorageConfig.resolve(
            env: env, rootless: false, root: "/r", runroot: "/rr", driver: "overlay",
            options: ["overlay.imagestore=/stores/x", "overlay.mount_program=/bin/f"])
        #expect(overridden.driver == "overlay")
        #expect(overridden.graphRoot == "/r")
        #expect(overridden.runRoot == "/rr")
        #expect(overridden.imageStores == ["/stores/x"])
        #expect(overridden.options == ["mount_program": "/bin/f"])
    }

    @Test func explicitRootIgnoresTheFilesOptions() throws {
        host.write("etc/containers/storage.conf", "[storage]\ndriver='overlay'\n[storage.options]\nmountopt='nodev'\n")
        let config = try StorageConfig.resolve(env: host.root(), rootless: false, root: "relative")
        #expect(config.graphRoot.hasPrefix("/") && config.graphRoot.hasSuffix("/relative"))
        #expect(config.options.isEmpty)
        #expect(config.driver == "overlay")
    }

    @Test func driverOfAnExistingStoreIsDetected() throws {
        let vfs = host.makeDirectory("store")
        host.makeDirectory("store/vfs-images")
        #expect(try StorageConfig.resolve(env: host.root(), rootless: false, root: vfs).driver == "vfs")
        host.makeDirectory("store/overlay-images")
        #expect(try StorageConfig.resolve(env: host.root(), rootless: false, root: vfs).driver == "overlay")
    }

    @Test(arguments: ["btrfs", "zfs", "aufs", "devicemapper", "nonsense"])
    func otherDriversAreRejectedByName(driver: String) throws {
        let error = #expect(throws: ConfigError.self) {
            try StorageConfig.resolve(env: host.root(["STORAGE_DRIVER": driver]), rootless: false)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("\"\(driver)\" (from $STORAGE_DRIVER) is not supported") == true)
    }

    @Test func errorsNameFileLineAndColumn() throws {
        let file = host.write("etc/containers/storage.conf", "[storage]\ndriver = \n")
        let error = #expect(throws: ConfigError.self) {
            try StorageConfig.resolve(env: host.root(), rootless: false)
        }
        #expect(error?.description == "\(file):2:10: not TOML: expected a value, found the end of the line")
        host.write("etc/containers/storage.conf", "[storage]\ndriver = 3\n")
        let type = #expect(throws: ConfigError.self) {
            try StorageConfig.resolve(env: host.root(), rootless: false)
        }
        #expect(type?.description == "\(file):2:1: storage.driver: must be a string, not an integer")
    }

    @Test func missingNamedFileIsAnError() throws {
        let env = host.root(["CONTAINERS_STORAGE_CONF": "/no/such/file"])
        let error = #expect(throws: ConfigError.self) { try StorageConfig.resolve(env: env, rootless: false) }
        #expect(error?.code == .notFound && error?.file == "/no/such/file")
    }

    @Test func driverPriorityCountsWithoutADriver() throws {
        host.write(
            "etc/containers/storage.conf",
            """
            [storage]
            driver_priority = ["btrfs", "vfs", "overlay"]
            [storage.options.vfs]
            ignore_chown_errors = "true"
            [storage.options.overlay]
            mountopt = "nodev"
            """)
        let config = try StorageConfig.resolve(
            env: host.root(), rootless: false, root: nil, runroot: nil)
        #expect(config.driver == nil || config.driver == "overlay")
        #expect(config.driverPriority == ["vfs", "overlay"])
    }

    @Test(arguments: [
        ("size", "10G"), ("inodes", "5"), ("force_mask", "shared"), ("use_composefs", "true"),
        ("mountopt", "nodev,foo"), ("sync", "sometimes"), ("ignore_chown_errors", "maybe"),
    ])
    func optionsThatWouldBeIgnoredAreRejected(key: String, value: String) throws {
        let file = host.write(
            "etc/containers/storage.conf",
            "[storage]\ndriver = 'overlay'\n[storage.options.overlay]\n\(key) = '\(value)'\n")
        let error = #expect(throws: ConfigError.self) { try StorageConfig.resolve(env: host.root(), rootless: false) }
        #expect(error?.description.hasPrefix("\(file):4:1: storage.options.overlay.\(key): ") == true)
        // The command line discards the files' options.
        #expect(try StorageConfig.resolve(env: host.root(), rootless: false, root: "/r").options.isEmpty)
        let flag = #expect(throws: ConfigError.self) {
            try StorageConfig.resolve(
                env: host.root(), rootless: false, driver: "overlay", options: ["overlay.\(key)=\(value)"])
        }
        #expect(flag?.description.hasPrefix("--storage-opt overlay.\(key)=\(value): ") == true)
    }

    @Test func runtimeDirectoryOfAnotherUserIsNotUsed() throws {
        let temporary = host.makeDirectory("tmp")
        let expected = "\(temporary)/storage-run-\(getuid())"
        let file = host.write("run/file", "")
        // One that can be made is.
        for directory in [file, "\(file)/none"] {
            let env = host.user(["TMPDIR": temporary, "XDG_RUNTIME_DIR": directory], uid: getuid())
            #expect(StorageConfig.runtimeDirectory(env: env) == expected)
        }
    }

    @Test func runtimeDirectoryFallsBackWithoutALogin() throws {
        let env = host.user(["TMPDIR": host.makeDirectory("tmp")], uid: getuid() == 0 ? 0 : getuid())
        #expect(StorageConfig.runtimeDirectory(env: env) == "\(host.path)/tmp/storage-run-\(env.uid)")
        symlink("/nowhere", "\(host.path)/tmp/storage-run-\(env.uid)")
        #expect(StorageConfig.runtimeDirectory(env: env) == "\(env.home)/rundir")
        let session = host.makeDirectory("run/user/\(env.uid)")
        #expect(StorageConfig.runtimeDirectory(env: env) == session)
    }
}
