import LinuxSystem
import Testing

@Suite struct ClockTests {
    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00Z"),
        (1_767_323_045, 123_456_789, "2026-01-02T03:04:05.123456789Z"),
        (1_767_323_045, 120_000_000, "2026-01-02T03:04:05.12Z"),
        (951_782_400, 1, "2000-02-29T00:00:00.000000001Z"),
        (-1, 0, "1969-12-31T23:59:59Z"),
        (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
        (253_402_300_799, 0, "9999-12-31T23:59:59Z"),
    ])
    func timesAreFormattedAndParsedAsInGo(seconds: Int64, nanoseconds: Int64, text: String) {
        let time = FileTime(seconds: seconds, nanoseconds: nanoseconds)
        #expect(Clock.rfc3339(time) == text)
        #expect(Clock.parseRFC3339(text) == time)
    }

    @Test(arguments: [
        ("2026-01-02T04:04:05+01:00", "2026-01-02T03:04:05Z"),
        ("2026-01-01T22:34:05.5-04:30", "2026-01-02T03:04:05.5Z"),
        ("2026-01-02t03:04:05z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.1234567899Z", "2026-01-02T03:04:05.123456789Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ])
    func otherFormsAreParsed(text: String, utc: String) throws {
        #expect(Clock.rfc3339(try #require(Clock.parseRFC3339(text))) == utc)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:04:05",
        "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05Zx", "2026-01-02T03:04:05+1:00", "-026-01-02T03:04:05Z",
    ])
    func invalidTimesAreRejected(text: String) {
        #expect(Clock.parseRFC3339(text) == nil)
    }

    @Test(arguments: [Int64.min, Int64.max]) func extremeTimesAreClamped(seconds: Int64) {
        #expect(Clock.rfc3339(FileTime(seconds: seconds, nanoseconds: .min)).hasSuffix("Z"))
    }

    @Test func nowIsAPlausibleTime() {
        #expect(Clock.now() > FileTime(seconds: 1_700_000_000))
    }
}
