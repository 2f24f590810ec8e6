/// A fixed-size buffer of unread bytes: filled at the end, consumed from the front.
struct SlidingBuffer: ~Copyable {
    private let storage: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    init(capacity: Int) {
        storage = .allocate(byteCount: capacity, alignment: 64)
    }

    deinit {
        storage.deallocate()
    }

    var capacity: Int { storage.count }
    var count: Int { end - start }
    var isEmpty: Bool { start == end }

    /// The unread bytes, valid until the next mutation.
    var contents: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[start..<end]) }

    func prefix(_ length: Int) -> [UInt8] {
        Array(contents.prefix(length))
    }

    /// Marks the first `count` bytes as read.
    mutating func drop(_ count: Int) {
        start += min(count, self.count)
    }

    /// Moves bytes out of the front; returns how many.
    mutating func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let taken = min(buffer.count, count)
        guard taken > 0 else { return 0 }
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[start..<start + taken]))
        start += taken
        return taken
    }

    /// Appends as many bytes as fit; returns how many did.
    mutating func append(_ bytes: UnsafeRawBufferPointer) -> Int {
        let added = min(bytes.count, capacity - end)
        guard added > 0 else { return 0 }
        UnsafeMutableRawBufferPointer(rebasing: storage[end..<end + added])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<added]))
        end += added
        return added
    }

    /// Empties the buffer and exposes all of it, for `commit`.
    mutating func reset() -> UnsafeMutableRawBufferPointer {
        start = 0
        end = 0
        return storage
    }

    /// Declares how many bytes were written into the memory from `reset`.
    mutating func commit(_ count: Int) {
        end = min(count, capacity)
    }

    /// Reads once from `source` after the unread bytes, which are first moved to the front; returns the bytes read.
    mutating func refill(from source: any ByteSource) throws -> Int {
        if start > 0 {
            storage.copyMemory(from: contents)
            end -= start
            start = 0
        }
        guard end < storage.count else {
            throw CompressionError(.corrupt, "decoder makes no progress")
        }
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: storage[end...]))
        end += count
        return count
    }
}
