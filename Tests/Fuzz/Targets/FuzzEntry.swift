import Glibc

/// One parser that reads what strangers write: it takes any bytes and must come back.
///
/// A target traps (`precondition`) where a property does not hold, for instance where text that was just written cannot
/// be read again. Errors that the parser throws are right answers.
struct FuzzTarget: Sendable {
    let name: String
    let run: @Sendable ([UInt8]) -> Void

    static let all: [FuzzTarget] = [
        .dockerfile, .expansion, .ignoreFile, .layer, .document, .reference, .template, .toml, .yaml, .record, .header,
    ]

    /// The target that `$SWIFTLET_FUZZ_TARGET` names. libFuzzer owns the command line.
    static let chosen: FuzzTarget = {
        let wanted = getenv("SWIFTLET_FUZZ_TARGET").map { String(cString: $0) } ?? ""
        if let target = all.first(where: { $0.name == wanted }) { return target }
        let names = all.map(\.name).joined(separator: " ")
        let message = Array("fuzz: SWIFTLET_FUZZ_TARGET must be one of: \(names)\n".utf8)
        _ = write(STDERR_FILENO, message, message.count)
        exit(2)
    }()
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
