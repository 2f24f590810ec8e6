/// One block of input, its compressed output, and the memory for both. Independent of all other blocks except for the
/// dictionary: the end of the previous block.
///
/// `@unchecked Sendable`: used by the thread that fills it, then by the one that compresses it, then by the first
/// again, handed over through the queue's monitor.
final class DeflateBlock: @unchecked Sendable {
    /// Input per block: large enough that splitting costs little, small enough to keep several threads busy.
    static let inputCapacity = 1 << 20
    /// Deflate's maximum back-reference distance.
    static let dictionaryCapacity = 32 << 10

    /// The dictionary, right-aligned before the input, so that both are contiguous.
    private let memory: UnsafeMutableRawBufferPointer
    private let target: UnsafeMutableRawBufferPointer
    private var dictionaryCount = 0
    private var inputCount = 0
    private var outputCount = 0

    init() {
        memory = .allocate(byteCount: Self.dictionaryCapacity + Self.inputCapacity, alignment: 64)
        target = .allocate(byteCount: StoredDeflate.size(of: Self.inputCapacity), alignment: 64)
    }

    deinit {
        memory.deallocate()
        target.deallocate()
    }

    var isFull: Bool { inputCount == Self.inputCapacity }
    var isEmpty: Bool { inputCount == 0 }

    var dictionary: UnsafeRawBufferPointer {
        let start = Self.dictionaryCapacity
        return UnsafeRawBufferPointer(rebasing: memory[start - dictionaryCount..<start])
    }

    var input: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[Self.dictionaryCapacity..<Self.dictionaryCapacity + inputCount])
    }

    /// Deflate data that ends on a byte boundary and is not final.
    var output: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: target[..<outputCount]) }

    /// Empties the block and uses the end of the `previous` block's input as dictionary.
    func start(after previous: DeflateBlock?) {
        inputCount = 0
        outputCount = 0
        dictionaryCount = min(previous?.inputCount ?? 0, Self.dictionaryCapacity)
        guard let previous, dictionaryCount > 0 else { return }
        let end = UnsafeRawBufferPointer(rebasing: previous.input.suffix(dictionaryCount))
        let start = Self.dictionaryCapacity - dictionaryCount
        UnsafeMutableRawBufferPointer(rebasing: memory[start..<Self.dictionaryCapacity]).copyMemory(from: end)
    }

    /// Appends as much of `bytes` as fits; returns how much.
    func append(_ bytes: UnsafeRawBufferPointer) -> Int {
        let count = min(bytes.count, Self.inputCapacity - inputCount)
        let start = Self.dictionaryCapacity + inputCount
        UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + count])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        inputCount += count
        return count
    }

    /// Compresses the input into the output.
    func compress(with deflater: BlockDeflater) {
        outputCount = deflater.compress(input, dictionary: dictionary, into: target)
    }
}
