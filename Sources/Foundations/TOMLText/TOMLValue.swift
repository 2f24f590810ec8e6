/// A value of a TOML document, as TOML 1.0 tells the types apart.
///
/// Dates and times stay text, in the form of RFC 3339 with an upper-case `T` and `Z`; that they exist in the calendar
/// was checked when they were read.
package indirect enum TOMLValue: Sendable, Equatable {
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    case offsetDateTime(String)
    case localDateTime(String)
    case localDate(String)
    case localTime(String)
    case array([TOMLValue])
    case table(TOMLTable)

    /// What to call the value's type in a message, with its article.
    package var kind: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .float: "a float"
        case .boolean: "a boolean"
        case .offsetDateTime, .localDateTime, .localDate, .localTime: "a date or time"
        case .array: "an array"
        case .table: "a table"
        }
    }
}
