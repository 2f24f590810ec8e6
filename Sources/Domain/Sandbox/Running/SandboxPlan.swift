import CSandbox

/// The flat buffer that the C side executes between clone and exec, and the purpose of each operation.
struct SandboxPlan: Sendable {
    /// Header, operations and texts, in the layout of `CSandbox.h`.
    let bytes: [UInt8]
    /// The purpose of each operation, for messages.
    let purposes: [OperationPurpose]
}

/// What an operation does, in terms of the specification.
enum OperationPurpose: Sendable, Equatable {
    case rootFilesystem(String)
    case mount(String, at: String)
    case bind(String, at: String)
    case device(String)
    case restrict(String)
    case namespace(String)
    case limit(String)
    case user(uid: UInt32, gid: UInt32)
    case groups
    case workingDirectory(String)
    case command(String, isSearched: Bool)
    /// Steps described by a name alone.
    case step(String)
}

/// Collects operations.
struct SandboxPlanBuilder {
    private var operations: [sandbox_operation] = []
    private var purposes: [OperationPurpose] = []
    /// Texts; offsets start at 1, since 0 means "none".
    private var data: [UInt8] = []

    /// A non-numeric argument.
    enum Text {
        case none
        case string(String)
        /// Terminated by an empty text.
        case list([String])
        /// Its length is given by a number.
        case vector([String])
        case raw([UInt8])
    }

    mutating func add(
        _ code: sandbox_code, _ texts: Text..., numbers: [UInt64] = [], flags: [sandbox_flag] = [], skip: Int = 0,
        for purpose: OperationPurpose
    ) {
        var operation = sandbox_operation()
        operation.code = UInt16(truncatingIfNeeded: code.rawValue)
        operation.skip = UInt16(truncatingIfNeeded: skip)
        operation.flags = flags.reduce(0) { $0 | UInt32(truncatingIfNeeded: $1.rawValue) }
        let offsets = texts.map { store($0) } + [0, 0, 0, 0]
        operation.text = (offsets[0], offsets[1], offsets[2], offsets[3])
        let numbers = numbers + [0, 0, 0, 0]
        operation.number = (numbers[0], numbers[1], numbers[2], numbers[3])
        operations.append(operation)
        purposes.append(purpose)
    }

    private mutating func store(_ text: Text) -> UInt32 {
        // Arrays of 32-bit values and filter instructions are read in place.
        while data.count % 8 != 0 { data.append(0) }
        let offset = UInt32(truncatingIfNeeded: data.count + 1)
        switch text {
        case .none:
            return 0
        case .string(let string):
            data += string.utf8
        case .list(let strings):
            for string in strings { data += Array(string.utf8) + [0] }
        case .vector(let strings):
            for string in strings { data += Array(string.utf8) + [0] }
        case .raw(let bytes):
            data += bytes
        }
        data.append(0)
        return offset
    }

    /// The finished plan.
    func finish() -> SandboxPlan {
        let textStart =
            MemoryLayout<sandbox_plan>.size + operations.count * MemoryLayout<sandbox_operation>.stride
        var header = sandbox_plan()
        header.size = UInt32(truncatingIfNeeded: textStart + data.count + 1)
        header.operation_count = UInt32(truncatingIfNeeded: operations.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(textStart + data.count + 1)
        withUnsafeBytes(of: header) { bytes += $0 }
        for var operation in operations {
            let shift = { (offset: UInt32) in offset == 0 ? 0 : offset - 1 + UInt32(truncatingIfNeeded: textStart) }
            let text = operation.text
            operation.text = (shift(text.0), shift(text.1), shift(text.2), shift(text.3))
            withUnsafeBytes(of: operation) { bytes += $0 }
        }
        bytes += data
        bytes.append(0)
        return SandboxPlan(bytes: bytes, purposes: purposes)
    }
}
