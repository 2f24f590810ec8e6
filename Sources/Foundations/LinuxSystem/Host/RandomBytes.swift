import CLinux

/// Random bytes from the kernel, suitable for identifiers and secrets.
package enum RandomBytes {
    /// This many random bytes.
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(count, 0))
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            var filled = 0
            while filled < buffer.count {
                let result = linux_getrandom(base + filled, buffer.count - filled)
                // The call fails only for bad arguments or on kernels older than 3.17.
                precondition(result > 0, "the kernel returns no random bytes")
                filled += result
            }
        }
        return bytes
    }

    /// This many random bytes as twice as many lower-case hexadecimal digits.
    package static func hex(_ count: Int) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes(count).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
