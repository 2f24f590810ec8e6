import Glibc
import LinuxSystem

extension OverlayDriver {
    /// Creates the driver's directories, and checks once per boot whether the kernel can mount here.
    ///
    /// - Throws: `driver`, saying what to do, if it cannot.
    func setUp() throws(StoreError) {
        let isNew = !Files.exists(home)
        do {
            try StoreError.mapping { try makeDirectoriesAndTest() }
        } catch {
            // A leftover directory would make the format's tools assume that layers of this driver exist.
            if isNew { try? Files.removeTree(home) }
            throw error
        }
    }

    private func makeDirectoriesAndTest() throws {
        if !Files.exists(home) { try Files.makeDirectories(home, mode: 0o755) }
        if !Files.exists("\(home)/l") { try Files.makeDirectory("\(home)/l", mode: 0o755) }
        if !Files.exists(runHome) { try Files.makeDirectories(runHome, mode: 0o700) }
        try checkMountProgram()
        // Reading a store that is in use must not trigger the test, which writes. See `prepare`.
        if !holdsLayers { try testOnce() }
    }

    /// Whether this or another tool found overlay to work when the store's first layer was created.
    private var holdsLayers: Bool {
        ((try? Files.statusIfPresent(layersFile))?.size ?? 0) > 2
    }

    /// Checks once per boot whether the kernel can mount here.
    ///
    /// - Throws: ``StoreError`` with `driver`, saying what to do, if it cannot.
    func testOnce() throws {
        let stamp = "\(runHome)/overlay-true"
        if Files.exists(stamp) { return }
        try testMount()
        try Files.replaceFile(stamp, with: [], mode: 0o644, synchronize: false)
    }

    private func checkMountProgram() throws {
        let flag = "\(home)/.has-mount-program"
        guard let bytes = try Files.readFileIfPresent(flag, limit: 4096) else {
            try Files.replaceFile(flag, with: Array("false".utf8), synchronize: false)
            return
        }
        guard String(decoding: bytes, as: UTF8.self).hasPrefix("true") else { return }
        throw StoreError(
            .driver,
            "the layers in \(home) are kept by a mount program (fuse-overlayfs), which this tool does not use: choose "
                + "another place with --root, or another driver with --storage-driver vfs", subject: home)
    }

    /// Mounts two small directories with a whiteout, in the same location and manner as layers.
    private func testMount() throws {
        let directory = try TemporaryDirectory.make(in: "\(home)/tempdirs")
        defer { try? directory.remove() }
        let names = ["lower1", "lower2", "upper", "work", "merged"]
        for name in names { try Files.makeDirectory("\(directory.path)/\(name)", mode: 0o700) }
        let place = try OwnedFD.open("\(directory.path)/upper", O_RDONLY | O_DIRECTORY)
        do {
            try Files.makeNode(at: place.raw, "whiteout", mode: 0o020600, major: 0, minor: 0)
        } catch {
            let advice =
                place.isOnOverlay
                ? "that is an overlay itself, as the root of a container is; a volume or a tmpfs there would do"
                : "it lets no whiteouts be made in a user namespace (Linux 5.8 or newer does)"
            throw unsupported(advice, error)
        }
        let mount = OverlayMount(
            lower: ["\(directory.path)/lower1", "\(directory.path)/lower2"], upper: "\(directory.path)/upper",
            work: "\(directory.path)/work", target: "\(directory.path)/merged", workingDirectory: home,
            userXattr: usesUserAttributes)
        do throws(LinuxError) {
            try mount.mount()
        } catch {
            let advice =
                usesUserAttributes
                ? "without root that needs Linux 5.11 or newer and a local file system"
                : "the kernel's overlayfs must be there and accept the file system of the store"
            throw unsupported(advice, error)
        }
        try Mounts.unmount(mount.target, detach: true)
    }

    private func unsupported(_ advice: String, _ cause: LinuxError) -> StoreError {
        StoreError(
            .driver,
            "the kernel cannot keep overlay layers in \(home): \(advice); choose another place with --root or "
                + "--storage-driver vfs", subject: home, cause: cause)
    }
}
