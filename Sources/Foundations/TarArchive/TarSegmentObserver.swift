/// Receives an archive split into raw bytes and content, in stream order, from a ``TarReader`` or a ``TarWriter``.
///
/// For every entry: `raw` with its headers, then `entry`, then `content` with exactly `size` bytes, then `raw` with the
/// padding. At the end `raw` with the end marker, then `endOfArchive`, then `raw` with whatever follows. Concatenated,
/// all bytes are the archive. Pieces have arbitrary lengths; pointers are valid only during the call.
package protocol TarSegmentObserver: AnyObject {
    /// Headers, extended headers, padding, end marker: everything except content.
    func raw(_ bytes: UnsafeRawBufferPointer) throws
    /// Called after all headers of an entry.
    ///
    /// - Parameters:
    ///   - name: the entry's final name.
    ///   - size: how many bytes of `content` follow. 0 for a sparse entry, whose packed extents come as `raw`: the
    ///     unpacked file differs from what the archive holds.
    func entry(name: [UInt8], size: Int64) throws
    /// Content of the most recent entry.
    func content(_ bytes: UnsafeRawBufferPointer) throws
    /// Called after the end marker (if there is one).
    func endOfArchive() throws
}
