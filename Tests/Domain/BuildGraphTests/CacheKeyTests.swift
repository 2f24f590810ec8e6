import Testing

@testable import BuildGraph

@Suite struct CacheKeyTests {
    private func key(_ change: (inout CacheKey) -> Void = { _ in }) -> String {
        var key = CacheKey("RUN", parent: "p")
        key.add("arguments", ["a", "b"])
        change(&key)
        return key.hex
    }

    @Test func equalPartsGiveEqualKeys() {
        #expect(key() == key())
        #expect(key().count == 64)
    }

    @Test func everyPartAffectsTheKey() {
        var other = CacheKey("COPY", parent: "p")
        other.add("arguments", ["a", "b"])
        #expect(other.hex != key())
        var parentless = CacheKey("RUN", parent: nil)
        parentless.add("arguments", ["a", "b"])
        #expect(parentless.hex != key())
        #expect(key { $0.add("user", "") } != key())
        #expect(key { $0.add("user", "1") } != key { $0.add("user", "2") })
    }

    @Test func partsAreKeptSeparate() {
        var one = CacheKey("RUN", parent: nil)
        one.add("arguments", ["ab", "c"])
        var other = CacheKey("RUN", parent: nil)
        other.add("arguments", ["a", "bc"])
        #expect(one.hex != other.hex)
        var quoted = CacheKey("RUN", parent: nil)
        quoted.add("arguments", ["ab\",\"c"])
        #expect(quoted.hex != one.hex)
    }
}
