package import ContentDigest
import JSONText

/// The paths of a store in the containers/storage format, for one graph driver.
package struct StoreLayout: Sendable, Equatable {
    /// The directory for data that survives a reboot.
    package let graphRoot: String
    /// The directory for data that does not.
    package let runRoot: String
    /// `overlay` or `vfs`.
    package let driver: String
    /// Whether the records of containers are below the run root, and are lost in a reboot (`transient_store`).
    package let isTransient: Bool

    /// Creates the layout below these directories without accessing the file system.
    package init(graphRoot: String, runRoot: String, driver: String, isTransient: Bool = false) {
        self.isTransient = isTransient
        self.graphRoot = graphRoot
        self.runRoot = runRoot
        self.driver = driver
    }

    // MARK: Locks

    /// Guards mounting and the choice of the driver; acquired before all other locks.
    package var storageLock: String { "\(graphRoot)/storage.lock" }
    /// Guards the allocation of user id ranges.
    package var userNamespaceLock: String { "\(graphRoot)/userns.lock" }
    /// Guards `layers.json` and the layers' directories.
    package var layersLock: String { "\(layersDirectory)/layers.lock" }
    /// Guards `images.json` and the images' directories.
    package var imagesLock: String { "\(imagesDirectory)/images.lock" }
    /// Guards `containers.json` and the containers' directories.
    package var containersLock: String { "\(volatileDirectory("containers"))/containers.lock" }
    /// Guards `mountpoints.json`.
    package var mountsLock: String { "\(runRoot)/\(driver)-layers/mountpoints.lock" }

    /// Guards by convention whatever a digest names: tools lock that of a manifest list's id before changing the list.
    package func digestLock(_ digest: Digest) -> String { "\(digestLocks)/\(digest)" }
    /// The directory of the digest locks.
    package var digestLocks: String { "\(runRoot)/\(driver)-locks" }

    // MARK: The driver

    /// The driver's own directory.
    package var driverHome: String { "\(graphRoot)/\(driver)" }
    /// The driver's directory for state that does not survive a reboot.
    package var driverRunDirectory: String { "\(runRoot)/\(driver)" }
    /// Directories being filled or removed, each next to a lock file held by its owner.
    package var temporaryDirectories: String { "\(driverHome)/tempdirs" }

    // MARK: Layers

    /// The records of layers, their tar-split data and their big data.
    package var layersDirectory: String { "\(graphRoot)/\(driver)-layers" }
    /// The records of layers.
    package var layersFile: String { "\(layersDirectory)/layers.json" }
    /// The records of layers that need not survive a system crash.
    package var volatileLayersFile: String { "\(volatileDirectory("layers"))/volatile-layers.json" }
    /// How often and where layers are mounted.
    package var mountsFile: String { "\(runRoot)/\(driver)-layers/mountpoints.json" }

    /// The gzipped tar-split data of a layer.
    package func tarSplit(_ layer: String) -> String { "\(layersDirectory)/\(layer).tar-split.gz" }

    /// The directory of a layer's big data; most layers have none.
    package func layerDataDirectory(_ layer: String) -> String { "\(layersDirectory)/\(layer)" }

    // MARK: Images

    /// The records of images and their big data.
    package var imagesDirectory: String { "\(graphRoot)/\(driver)-images" }
    /// The records of images.
    package var imagesFile: String { "\(imagesDirectory)/images.json" }

    /// The directory of an image's big data.
    package func imageDirectory(_ image: String) -> String { "\(imagesDirectory)/\(image)" }

    // MARK: Containers

    /// The records of containers and their directories.
    package var containersDirectory: String { "\(graphRoot)/\(driver)-containers" }
    /// The records of containers.
    package var containersFile: String { "\(containersDirectory)/containers.json" }
    /// The records of containers that need not survive a system crash.
    package var volatileContainersFile: String { "\(volatileDirectory("containers"))/volatile-containers.json" }

    private func volatileDirectory(_ kind: String) -> String {
        "\(isTransient ? runRoot : graphRoot)/\(driver)-\(kind)"
    }

    /// The directory of a container's big data.
    package func containerDirectory(_ container: String) -> String { "\(containersDirectory)/\(container)" }

    /// The directory for data of a container's owner.
    package func containerUserData(_ container: String) -> String { "\(containerDirectory(container))/userdata" }

    /// The container's directory below the run root.
    package func containerRunDirectory(_ container: String) -> String {
        "\(runRoot)/\(driver)-containers/\(container)"
    }

    // MARK: Extensions of the format; deletable at any time

    /// The directory for everything outside the containers/storage format.
    package var ownRoom: String { "\(graphRoot)/swiftlet" }
    /// The journals of processes that are changing the store.
    package var sessions: String { "\(ownRoom)/sessions" }
    /// Files being filled that are later moved elsewhere below the graph root.
    package var staging: String { "\(ownRoom)/staging" }
    /// Results of build steps: see `BuildCacheIndex`.
    package var buildCache: String { "\(ownRoom)/cache" }
    /// Results of compression: see `CompressedBlobIndex`.
    package var compressedBlobs: String { "\(ownRoom)/compressed" }
    /// Partial blobs of interrupted transfers.
    package var partialBlobs: String { "\(ownRoom)/partial" }
    /// The progress of uploads.
    package var uploads: String { "\(ownRoom)/uploads" }
    /// The directories of cache mounts.
    package var cacheMounts: String { "\(ownRoom)/cache-mounts" }
    /// Locked for reading by every step that uses a cache mount, as long as it does.
    package var cacheMountsLock: String { "\(ownRoom)/cache-mounts.lock" }
    /// The layers created by this tool: see `OwnLayers`.
    package var ownLayers: String { "\(ownRoom)/layers" }
    /// Disk blocks reserved for the records of one kind in case the disk is full: see `SpaceReserve`.
    func reserve(for kind: String) -> String { "\(ownRoom)/reserve-\(kind)" }

    // MARK: Big data

    /// The file name of a piece of big data: the name itself if it consists of `a-z`, `0-9` and `.` only, otherwise `=`
    /// and the name in base64.
    ///
    /// The format's own tools overlook an unusual character at the very end of a name, so this does too.
    /// - Throws: `invalidName` for a name that cannot be a file name.
    package static func bigDataFileName(_ name: String) throws(StoreError) -> String {
        let bytes = Array(name.utf8)
        let plain = bytes.dropLast().allSatisfy(Self.isPlain) && bytes.last.map { $0 < 0x80 } ?? false
        let file = plain ? name : "=" + Base64.encode(bytes)
        guard !bytes.isEmpty, file.utf8.count <= 255, file != ".", file != "..",
            !file.utf8.contains(UInt8(ascii: "/")), !file.utf8.contains(0)
        else {
            throw StoreError(.invalidName, "invalid name of a data item: \"\(name)\"", subject: name)
        }
        return file
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    /// Whether an id is safe as a file name; ids come from files and are not trusted.
    static func isSafeID(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= 128 && id != "." && id != ".."
            && id.utf8.allSatisfy { byte in
                isPlain(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
    }

    /// Whether a name consists of 64 lower-case hexadecimal digits, like the directories of the format.
    static func isFullID(_ id: String) -> Bool {
        id.utf8.count == 64 && isHex(id)
    }

    /// Whether a text consists of lower-case hexadecimal digits only.
    static func isHex(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}
