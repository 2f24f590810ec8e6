import LinuxSystem

/// The bytes of one blob that have arrived, kept for a later process.
package final class BlobJournal {
    /// Bytes kept by an earlier process.
    let length: Int64 = 0

    init() {}

    func replay(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int { 0 }
    func append(_ bytes: UnsafeRawBufferPointer, at offset: Int64) {}
    func complete() {}
}
