/// A source made of a closure, for readers that are not a `ByteSource`.
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
