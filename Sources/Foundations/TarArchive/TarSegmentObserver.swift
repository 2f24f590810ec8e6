/// Sees an archive apart into raw bytes and content, in stream order, from a ``TarReader`` or a ``TarWriter``.
///
/// For every entry: `raw` with its headers, then `entry`, then `content` with exactly `size` bytes, then `raw` with the
/// padding. At the end `raw` with the end marker, then `endOfArchive`, then `raw` with whatever follows.
/// All bytes together are the archive. Pieces come in any lengths; pointers are valid during the call only.
package protocol TarSegmentObserver: AnyObject {
    /// Headers, extended headers, padding, end marker: everything but content.
    func raw(_ bytes: UnsafeRawBufferPointer) throws
    /// All headers of an entry have been seen.
    ///
    /// - Parameters:
    ///   - name: the entry's final name.
    ///   - size: how many bytes of `content` follow. 0 for a sparse entry, whose packed extents come as `raw`: the
    ///     file in the directory is not what the archive holds.
    func entry(name: [UInt8], size: Int64) throws
    /// Content of the entry announced last.
    func content(_ bytes: UnsafeRawBufferPointer) throws
    /// The end marker (if there is one) has been seen.
    func endOfArchive() throws
}
