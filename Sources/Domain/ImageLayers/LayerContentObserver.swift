package import TarArchive

/// Sees the entries of a layer while its archive is made, without another pass over the files. If it throws, there is no
/// layer.
package protocol LayerContentObserver: AnyObject, Sendable {
    /// An entry begins, in the order of the archive. The content of a regular file follows.
    func begin(_ entry: TarEntry) throws

    /// The next bytes of the current entry's content.
    func content(_ bytes: UnsafeRawBufferPointer) throws
}
