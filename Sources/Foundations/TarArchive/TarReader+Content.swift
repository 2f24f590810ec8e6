// arithmetic: packedLeft, packedSize, position, got, available: within the sizes that were checked when the entry began

extension TarReader {
    /// Reads content of the current entry, with holes as zeros.
    ///
    /// Short counts are normal; 0 is the end of the content (or an empty destination).
    /// - Throws: ``TarError`` when the archive ends early, or whatever the source or the observer throws.
    package func readContent(into destination: UnsafeMutableRawBufferPointer) throws -> Int {
        try reading {
            guard !destination.isEmpty else { return 0 }
            if sparse == nil {
                guard packedLeft > 0 else { return 0 }
                return try readPacked(into: destination)
            }
            guard let (length, isData) = nextSparseRun() else { return 0 }
            let count = Int(min(length, Int64(destination.count)))
            let part = UnsafeMutableRawBufferPointer(rebasing: destination[..<count])
            if !isData {
                part.initializeMemory(as: UInt8.self, repeating: 0)
                sparse?.position += Int64(count)
                return count
            }
            let got = try readPacked(into: part)
            sparse?.position += Int64(got)
            return got
        }
    }

    /// Passes the next piece of the current entry's content to `body`, in the buffer and without a copy.
    ///
    /// Holes of a sparse entry read as zeros. The pointer is valid only during the call.
    /// - Returns: false, without calling `body`, at the end of the content.
    package func withContentChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        try reading {
            guard sparse != nil else {
                guard packedLeft > 0 else { return false }
                try takePacked(upTo: Int.max, body)
                return true
            }
            guard let (length, isData) = nextSparseRun() else { return false }
            if isData {
                let count = try takePacked(upTo: Int(clamping: length), body)
                sparse?.position += Int64(count)
            } else {
                let count = Int(min(length, Int64(TarReader.zeros.count)))
                try TarReader.zeros.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
                sparse?.position += Int64(count)
            }
            return true
        }
    }

    /// Passes the next piece of data and its file offset to `body`, skipping holes: for writing sparse files sparsely.
    ///
    /// Works for every entry with content. The file's length is the entry's `size`.
    /// - Returns: false, without calling `body`, at the end of the content.
    package func withDataChunk(_ body: (_ offset: Int64, _ bytes: UnsafeRawBufferPointer) throws -> Void) throws -> Bool
    {
        try reading {
            if sparse == nil {
                guard packedLeft > 0 else { return false }
                let offset = packedSize - packedLeft
                try takePacked(upTo: Int.max) { try body(offset, $0) }
                return true
            }
            while let (length, isData) = nextSparseRun() {
                let offset = sparse?.position ?? 0
                if isData {
                    let count = try takePacked(upTo: Int(clamping: length)) { try body(offset, $0) }
                    sparse?.position += Int64(count)
                    return true
                }
                sparse?.position += length  // arithmetic: at most up to the size of the file
            }
            return false
        }
    }

    private static let zeros = [UInt8](repeating: 0, count: 64 << 10)

    private func reading<Result>(_ body: () throws -> Result) throws -> Result {
        switch state {
        case .failed(let error): throw error
        case .betweenEntries, .ended: throw TarError(.misuse, "content was read outside an entry")
        case .inEntry: break
        }
        do {
            return try body()
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// Passes on and consumes buffered bytes of the content; there must be some left.
    @discardableResult
    func takePacked(upTo limit: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Int {
        if input.available == 0 {
            guard try input.fill(1) else { throw failure("the stream ends within the content", .truncated) }
        }
        let count = min(limit, Int(min(packedLeft, Int64(input.available))))
        let bytes = input.peek(count)
        try observe(bytes)
        try body(bytes)
        input.consume(count)
        packedLeft -= Int64(count)
        return count
    }

    /// Copies bytes of the content; there must be some left.
    private func readPacked(into destination: UnsafeMutableRawBufferPointer) throws -> Int {
        let wanted = Int(min(packedLeft, Int64(destination.count)))
        let count = try input.read(into: UnsafeMutableRawBufferPointer(rebasing: destination[..<wanted]))
        guard count > 0 else { throw failure("the stream ends within the content", .truncated) }
        packedLeft -= Int64(count)
        try observe(UnsafeRawBufferPointer(rebasing: destination[..<count]))
        return count
    }

    private func observe(_ bytes: UnsafeRawBufferPointer) throws {
        guard let observer else { return }
        if sparse == nil { try observer.content(bytes) } else { try observer.raw(bytes) }
    }
}
