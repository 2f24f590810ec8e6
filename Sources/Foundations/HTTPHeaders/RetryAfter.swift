import LinuxSystem

/// `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
package enum RetryAfter {
    /// No server is waited for longer than this many seconds on its word.
    package static let limit: Int64 = 3600

    /// The number of seconds to wait; nil for anything other than a number of seconds or a date.
    ///
    /// - Parameter now: seconds since 1970.
    package static func seconds(_ text: String, now: Int64) -> Int? {
        // As many digits as the server likes.
        if HTTPNumber.isDigits(text) { return Int(clamping: min(HTTPNumber.parse(text) ?? limit, limit)) }
        guard let date = HTTPDate.parse(text) else { return nil }
        return Int(clamping: min(max(date.subtractingSaturated(now), 0), limit))
    }
}

/// A date in one of the three formats of RFC 9110, section 5.6.7.
enum HTTPDate {
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// Seconds since 1970; nil if it is not a date.
    static func parse(_ text: String) -> Int64? {
        let words = text.lowercased().split { " ,-".contains($0) }.map(String.init)
        switch words.count {
        // Sun, 06 Nov 1994 08:49:37 GMT, and Sunday, 06-Nov-94 08:49:37 GMT.
        case 6 where words[5] == "gmt": return seconds(year: words[3], words[2], day: words[1], time: words[4])
        // Sun Nov  6 08:49:37 1994.
        case 5: return seconds(year: words[4], words[1], day: words[2], time: words[3])
        default: return nil
        }
    }

    private static func seconds(year yearText: String, _ monthText: String, day: String, time: String) -> Int64? {
        guard let month = months.firstIndex(of: monthText), let year = number(yearText, 0...9999),
            let day = number(day, 1...31)
        else { return nil }
        let parts = time.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let hour = number(parts[0], 0...23), let minute = number(parts[1], 0...59),
            let second = number(parts[2], 0...60)
        else { return nil }
        let days = days(year: yearText.count == 2 ? century(year) : year, month: Int64(month), day: day)
        // arithmetic: days, hour, minute, second: of the years 0 to 9999
        return ((days * 24 + hour) * 60 + minute) * 60 + second
    }

    private static func number(_ text: String, _ range: ClosedRange<Int64>) -> Int64? {
        HTTPNumber.parse(text).flatMap { range.contains($0) ? $0 : nil }
    }

    /// Two-digit years from 70 on belong to the last century.
    private static func century(_ year: Int64) -> Int64 { year < 70 ? 2000 + year : 1900 + year }

    // arithmetic: year, month, day, march, shifted: 0 to 9999, and what is made of it

    /// Days since 1970 in the Gregorian calendar.
    ///
    /// - Parameter month: from 0.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        // A year that begins in March has its leap day at the end; 400 years have 146,097 days.
        let march = (month + 10) % 12
        let shifted = year + 400 - (month < 2 ? 1 : 0)  // arithmetic: 0 to 10399
        return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + (153 * march + 2) / 5 + day - 1 - 865_565
    }
}
