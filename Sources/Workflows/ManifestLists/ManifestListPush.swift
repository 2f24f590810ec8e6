package import ContainerStore
package import ImageCopy
package import ImageModel
package import ImageTransports
package import ProgressEvents

/// Pushes a list, and the images in it, to a destination.
package struct ManifestListPush {
    /// Options for pushing a list.
    package struct Options: Sendable {
        /// Whether the listed images are pushed, too.
        package var includesImages = true
        /// The type of the list, which also determines that of the images; nil: unchanged.
        package var type: MediaType?
        /// All other copy options.
        package var copy = CopyOptions(.all)

        package init(copy: CopyOptions = CopyOptions(.all)) {
            self.copy = copy
            switch copy.format {
            case .ociManifest?: type = .ociIndex
            case .dockerManifest?: type = .dockerManifestList
            default: break
            }
        }
    }

    private let store: ContainerStore
    private let resolve: (String) throws -> any ImageSource
    private let report: ProgressHandler

    /// - Parameter resolve: opens the reference of a listed image that is not in the store.
    package init(
        from store: ContainerStore, resolve: @escaping (String) throws -> any ImageSource,
        report: @escaping ProgressHandler
    ) {
        self.store = store
        self.resolve = resolve
        self.report = report
    }

    /// Pushes the list; the destination is complete afterwards.
    ///
    /// - Returns: the list as written.
    package func push(_ list: ManifestList, to destination: any ImageDestination, _ options: Options) throws
        -> RawManifest
    {
        let type = try self.type(of: list, for: destination, options)
        var copy = options.copy
        copy.selection = options.includesImages ? .all : .indexOnly
        copy.format = options.type.map { $0 == .ociIndex ? .ociManifest : .dockerManifest }
        copy.forms = CompressionResults(of: store)
        copy.updatesAttestations = true
        let source = ListSource(list, as: try list.serialized(as: type), in: store, resolve: resolve)
        return try ImageCopier(copy, report: report).copy(source, to: destination)
    }

    private func type(
        of list: ManifestList, for destination: any ImageDestination, _ options: Options
    ) throws -> MediaType {
        let accepted = destination.acceptedManifestTypes
        guard accepted.isEmpty || accepted.contains(where: \.isIndex) else {
            let transport = destination.description.prefix { $0 != ":" }
            throw ManifestListError(
                .unsupported,
                "copying multiple images: destination transport \"\(transport)\" does not support copying multiple "
                    + "images as a group")
        }
        let wanted = options.type ?? list.preferredType
        if accepted.isEmpty || accepted.contains(wanted) { return wanted }
        if options.type != nil {
            throw ManifestListError(
                .unsupported, "\(destination.description) cannot hold a list of type \(wanted)")
        }
        return accepted.first(where: \.isIndex) ?? wanted
    }
}
