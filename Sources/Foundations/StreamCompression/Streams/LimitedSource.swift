/// Limits the length of another source, as a guard against endless ones.
package final class LimitedSource: ByteSource {
    private let upstream: any ByteSource
    private let limit: Int64
    private var remaining: Int64

    /// Passes on `upstream`; throws `limitExceeded` when it turns out to have more than `limit` bytes.
    package init(_ upstream: any ByteSource, limit: Int64) {
        self.upstream = upstream
        self.limit = max(limit, 0)
        remaining = self.limit
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        // Requests one byte past the limit, to tell "ends here" from "continues".
        let room = remaining < Int64(buffer.count) ? Int(remaining) + 1 : buffer.count
        let count = try upstream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
        guard Int64(count) <= remaining else {
            throw CompressionError(.limitExceeded, "content is larger than the limit of \(limit) bytes")
        }
        remaining -= Int64(count)
        return count
    }
}
