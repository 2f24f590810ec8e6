/// Passes bytes through and shows them to an observer: a digest, a counter, a second consumer.
package final class ObservedSource: ByteSource {
    private let upstream: any ByteSource
    private let observe: (UnsafeRawBufferPointer) throws -> Void

    /// Passes `upstream` on unchanged. `observe` sees each piece right after it is read; an error it throws ends the
    /// reading.
    package init(_ upstream: any ByteSource, observe: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.upstream = upstream
        self.observe = observe
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try upstream.read(into: buffer)
        if count > 0 { try observe(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        return count
    }
}
