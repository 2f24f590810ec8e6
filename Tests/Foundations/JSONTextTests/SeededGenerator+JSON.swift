import JSONText
import SeededRandomness

/// Values of JSON.
extension SeededGenerator {
    mutating func string() -> String {
        var result = ""
        for _ in 0..<Int.random(in: 0...12, using: &self) {
            let limits: [UInt32] = [0x20, 0x7F, 0x80, 0x7FF, 0x2030, 0xFFFF, 0x10FFFF]
            let limit = limits[Int.random(in: 0..<limits.count, using: &self)]
            if let scalar = Unicode.Scalar(UInt32.random(in: 0...limit, using: &self)) {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .integer(Int64(bitPattern: next()) >> Int64.random(in: 0..<64, using: &self))
        case 3: return .double(fraction())
        case 4, 5: return .string(string())
        case 6: return .array((0..<Int.random(in: 0...5, using: &self)).map { _ in value(depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...30, using: &self) {
                object[string()] = value(depth: depth - 2)
            }
            return .object(object)
        }
    }

    /// A finite number that is not an integer, so that it reads back as a double.
    private mutating func fraction() -> Double {
        let number = Double(bitPattern: next())
        return number.isFinite && number.rounded() != number ? number : 0.5
    }
}
