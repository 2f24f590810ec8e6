/// A source made of a function, for readers that are no `ByteSource` themselves.
package final class ClosureSource: ByteSource {
    private let body: (UnsafeMutableRawBufferPointer) throws -> Int

    /// `read` follows the rules of `ByteSource.read`.
    package init(read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        body = read
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try body(buffer)
    }
}
