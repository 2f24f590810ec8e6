/// Limits on what a reader accepts, so that a hostile archive cannot use unbounded memory or time.
///
/// The size of the whole stream is not limited here: limit the source.
package struct TarLimits: Sendable {
    /// Bytes in one extended header (types `x` and `g`).
    package var maximumPaxSize = 1 << 20
    /// Records in one extended header, not counting those of sparse maps.
    package var maximumPaxRecords = 4096
    /// Bytes in a name or link target.
    package var maximumNameLength = 64 << 10
    /// Extents in one sparse map.
    package var maximumSparseExtents = 1 << 20
    /// Expanded size of a sparse entry in bytes, holes included.
    package var maximumSparseSize: Int64 = 16 << 40
    /// Bytes of holes in all sparse entries together. They cost the archive nothing, and whoever reads the files time.
    package var maximumHoles: Int64 = 16 << 40
    /// Headers in the whole archive, extended ones counted as well.
    package var maximumEntries = 10_000_000
    /// Bytes after the end marker.
    package var maximumTrailer: Int64 = 256 << 20

    package init() {}

    package static var `default`: TarLimits { TarLimits() }
}
