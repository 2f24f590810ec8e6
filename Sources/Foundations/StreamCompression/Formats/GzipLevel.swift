/// Maps the usual levels 1 to 9 to ISA-L's four compressors.
///
/// | level | ISA-L |
/// |---|---|
/// | 1, 2 | 1 |
/// | 3 to 6, and by default | 2 |
/// | 7 to 9 | 3 |
struct GzipLevel: Sendable, Equatable {
    /// ISA-L's level, 0 to 3.
    let isal: UInt32

    /// The level for 1 to 9, or the default for nil.
    init(compressionLevel: Int?) {
        switch compressionLevel ?? 6 {
        case ...2: isal = 1
        case 3...6: isal = 2
        default: isal = 3
        }
    }

    /// One of ISA-L's levels, for measurements and tests.
    init(isal: UInt32) {
        self.isal = min(isal, 3)
    }
}
