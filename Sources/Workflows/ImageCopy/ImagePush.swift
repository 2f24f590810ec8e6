package import ContainerStore
package import ImageModel
package import ImageTransports
package import ProgressEvents

/// Pushes an image of the store to a destination.
package struct ImagePush {
    private let store: ContainerStore
    private let report: ProgressHandler

    package init(from store: ContainerStore, report: @escaping ProgressHandler) {
        self.store = store
        self.report = report
    }

    /// - Returns: the manifest as written.
    @discardableResult
    package func push(
        _ image: ImageRecord, to destination: any ImageDestination, _ options: CopyOptions = CopyOptions()
    ) throws -> RawManifest {
        var options = options
        options.forms = CompressionResults(of: store)
        return try ImageCopier(options, report: report).copy(StoreSource(image, in: store), to: destination)
    }
}
