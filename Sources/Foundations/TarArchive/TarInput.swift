// arithmetic: start, end, growth, base: places in the buffer, which is in memory

/// A buffered view of the archive's bytes: headers are parsed where they lie, and long content bypasses the buffer.
struct TarInput: ~Copyable {
    private let source: (UnsafeMutableRawBufferPointer) throws -> Int
    private let rawSink: ((UnsafeRawBufferPointer) throws -> Void)?
    private var memory: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var sawEnd = false
    /// The archive offset of the next unconsumed byte.
    private(set) var offset: Int64 = 0

    init(
        source: @escaping (UnsafeMutableRawBufferPointer) throws -> Int,
        rawSink: ((UnsafeRawBufferPointer) throws -> Void)?, capacity: Int = 256 << 10
    ) {
        self.source = source
        self.rawSink = rawSink
        memory = .allocate(byteCount: capacity, alignment: 4096)
    }

    deinit {
        memory.deallocate()
    }

    var available: Int { end - start }

    /// The next `count` bytes, which must be available; valid until the next mutating call.
    func peek(_ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[start..<start + count])
    }

    mutating func consume(_ count: Int) {
        start += count
        offset &+= Int64(count)
    }

    /// Makes `count` contiguous bytes available, or as many as the stream still has.
    ///
    /// - Parameter growth: extra capacity beyond `count` when the buffer must grow.
    /// - Returns: whether all `count` are available.
    mutating func fill(_ count: Int, growth: Int = 4096) throws -> Bool {
        if available >= count { return true }
        if start + count > memory.count { makeRoom(for: count, growth) }
        while available < count {
            if try readMore() == 0 { return false }
        }
        return true
    }

    /// Moves the remaining bytes to the front, into a larger buffer if needed.
    private mutating func makeRoom(for count: Int, _ growth: Int) {
        let left = available
        if count > memory.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: count + max(growth, 4096), alignment: 4096)
            larger.copyMemory(from: peek(left))
            memory.deallocate()
            memory = larger
        } else if left > 0, start > 0, let base = memory.baseAddress {
            base.copyMemory(from: base + start, byteCount: left)
        }
        start = 0
        end = left
    }

    private mutating func readMore() throws -> Int {
        if start == end {
            start = 0
            end = 0
        }
        let count = try receive(UnsafeMutableRawBufferPointer(rebasing: memory[end...]))
        end += count
        return count
    }

    /// Reads up to `destination.count` bytes (at least one, 0 only at the end of the stream).
    mutating func read(into destination: UnsafeMutableRawBufferPointer) throws -> Int {
        if available == 0 {
            if destination.count >= 64 << 10 {
                let count = try receive(destination)
                offset &+= Int64(count)
                return count
            }
            if try readMore() == 0 { return 0 }
        }
        let count = min(available, destination.count)
        destination.copyMemory(from: peek(count))
        consume(count)
        return count
    }

    private mutating func receive(_ destination: UnsafeMutableRawBufferPointer) throws -> Int {
        if sawEnd { return 0 }
        let count = try source(destination)
        guard count >= 0, count <= destination.count else {
            throw TarError(.misuse, "the source gave \(count) of \(destination.count) bytes", offset: offset)
        }
        if count == 0 {
            sawEnd = true
        } else if let rawSink {
            try rawSink(UnsafeRawBufferPointer(rebasing: destination[..<count]))
        }
        return count
    }
}
