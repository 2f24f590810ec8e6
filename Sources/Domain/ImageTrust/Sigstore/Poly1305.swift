/// The one-time authenticator Poly1305 (RFC 8439, section 2.5). The crypto library has it only inside of
/// ChaCha20-Poly1305.
///
/// Numbers are in five limbs of 26 bits: products of two of them, and sums of five such products, fit in 64 bits.
struct Poly1305 {
    private static let mask: UInt64 = 0x3FF_FFFF

    private var accumulator = [UInt64](repeating: 0, count: 5)
    private let multiplier: [UInt64]
    private let pad: [UInt8]

    /// - Parameter key: 32 bytes, used for one message only.
    init(key: [UInt8]) {
        var clamped = Array(key.prefix(16))
        for index in [3, 7, 11, 15] { clamped[index] &= 0x0F }
        for index in [4, 8, 12] { clamped[index] &= 0xFC }
        multiplier = Self.limbs(clamped[...], top: 0)
        pad = Array(key[16..<32])
    }

    /// The authenticator of a message.
    static func tag(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        var state = Poly1305(key: key)
        var rest = message[...]
        while !rest.isEmpty {
            state.absorb(rest.prefix(16))
            rest = rest.dropFirst(16)
        }
        return state.finish()
    }

    /// Up to 16 bytes, and a bit above the last.
    private mutating func absorb(_ block: ArraySlice<UInt8>) {
        let value = Self.limbs(block, top: 1)
        for index in 0..<5 { accumulator[index] &+= value[index] }
        var product = [UInt64](repeating: 0, count: 5)
        for left in 0..<5 {
            for right in 0..<5 {
                let place = left + right
                // 2^130 is 5 modulo the prime.
                let factor = place >= 5 ? 5 &* multiplier[right] : multiplier[right]
                product[place % 5] &+= accumulator[left] &* factor
            }
        }
        accumulator = Self.carried(product)
    }

    private static func carried(_ number: [UInt64]) -> [UInt64] {
        var result = number
        for _ in 0..<2 {
            for index in 0..<5 {
                let carry = result[index] >> 26
                result[index] &= mask
                result[(index + 1) % 5] &+= index == 4 ? carry &* 5 : carry
            }
        }
        return result
    }

    private consuming func finish() -> [UInt8] {
        let value = Self.carried(accumulator)
        // The remainder of the prime 2^130 - 5, chosen without branches.
        var less = value
        less[0] &+= 5
        var carry: UInt64 = 0
        for index in 0..<5 {
            less[index] &+= carry
            carry = less[index] >> 26
            less[index] &= Self.mask
        }
        let choice = 0 &- carry
        let reduced = (0..<5).map { (less[$0] & choice) | (value[$0] & ~choice) }
        var sum: UInt64 = 0
        return (0..<16).map { index in
            sum &+= UInt64(Self.byte(index, of: reduced)) &+ UInt64(pad[index])
            defer { sum >>= 8 }
            return UInt8(truncatingIfNeeded: sum)
        }
    }

    private static func byte(_ index: Int, of limbs: [UInt64]) -> UInt8 {
        let (limb, offset) = (index * 8 / 26, index * 8 % 26)
        let next = limb < 4 ? limbs[limb + 1] << UInt64(26 - offset) : 0
        return UInt8(truncatingIfNeeded: limbs[limb] >> UInt64(offset) | next)
    }

    /// A little-endian number, with `top` above the last byte.
    private static func limbs(_ bytes: ArraySlice<UInt8>, top: UInt8) -> [UInt64] {
        var result = [UInt64](repeating: 0, count: 5)
        for (index, byte) in (bytes + [top]).enumerated() {
            let (limb, offset) = (index * 8 / 26, index * 8 % 26)
            let shifted = UInt64(byte) << UInt64(offset)
            result[limb] |= shifted & mask
            if shifted >> 26 != 0 { result[limb + 1] |= shifted >> 26 }
        }
        return result
    }
}
