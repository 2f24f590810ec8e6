/// A value of a TOML document, with the types of TOML 1.0.
///
/// Dates and times remain text, in the format of RFC 3339 with upper-case `T` and `Z`; the parser has checked that they
/// exist in the calendar.
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

    /// The name of the value's type for messages, with its article.
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
