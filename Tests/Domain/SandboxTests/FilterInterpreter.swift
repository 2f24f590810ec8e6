/// Runs a seccomp filter as the kernel does: the part of classic BPF that such filters may use.
struct FilterInterpreter {
    let filter: [UInt8]

    /// AUDIT_ARCH_X86_64
    static let native: UInt32 = 0xc000_003e

    /// What the filter answers to a system call; nil for a program that no kernel would take.
    func answer(_ number: UInt32, _ arguments: [UInt64] = [], architecture: UInt32 = native) -> UInt32? {
        var data = [number, architecture, 0, 0]
        for argument in arguments + [UInt64](repeating: 0, count: 6 - arguments.count) {
            data += [UInt32(truncatingIfNeeded: argument), UInt32(truncatingIfNeeded: argument >> 32)]
        }
        var accumulator: UInt32 = 0
        var index = 0
        while index < filter.count / 8 {
            let (code, yes, no, operand) = instruction(index)
            index += 1
            switch code {
            case 0x20:
                guard data.indices.contains(Int(operand / 4)) else { return nil }
                accumulator = data[Int(operand / 4)]
            case 0x54: accumulator &= operand
            case 0x05: index += Int(operand)
            case 0x15: index += Int(accumulator == operand ? yes : no)
            case 0x25: index += Int(accumulator > operand ? yes : no)
            case 0x35: index += Int(accumulator >= operand ? yes : no)
            case 0x06: return operand
            default: return nil
            }
        }
        return nil
    }

    private func instruction(_ index: Int) -> (code: UInt16, yes: UInt8, no: UInt8, operand: UInt32) {
        filter.withUnsafeBytes { bytes in
            let offset = index * 8
            return (
                bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self), bytes[offset + 2], bytes[offset + 3],
                bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
            )
        }
    }
}
