/// A flag of a command, described as data: its names, its kind of value, its help.
///
/// The behaviour follows spf13/pflag, because users' scripts were written for it.
package struct Flag: Sendable, Equatable {
    /// The kind of value a flag takes.
    package enum Kind: Sendable, Equatable {
        /// `--x`, `--x=false`. Never consumes the next argument. Without the flag the value is `default`.
        case bool(default: Bool)
        /// `--x VALUE` or `--x=VALUE`; the last one wins.
        case string
        /// Like `string`, but the value must be an integer in Go's notation (`10`, `-1`, `0x1f`, `1_000`).
        case int
        /// May be repeated; each value is kept verbatim.
        case stringArray
        /// May be repeated; each value is one CSV record (`a,b` is two values, as is `"a,b",c`).
        case stringSlice
        /// `--x` alone means `noOptDefault`; a value must be attached: `--x=VALUE`.
        case optionalString(noOptDefault: String)
        /// Known from other tools but not supported: using it is an error with this reason.
        case refused(String)
    }

    /// The long name, without dashes.
    package var name: String
    /// The one-letter form, without the dash.
    package var short: Character?
    /// Alternative long names, accepted but not shown.
    package var aliases: [String]
    /// The kind of value.
    package var kind: Kind
    /// The placeholder for the value in the help; the kind's name if nil.
    package var placeholder: String?
    /// The value without the flag, for `string`, `int` and `optionalString`; shown in the help.
    package var defaultValue: String?
    /// The environment variable whose non-empty value is used when the flag is missing.
    package var environmentDefault: String?
    /// A one-line help text.
    package var help: String
    /// Hidden from the help.
    package var hidden: Bool

    /// Describes a flag; everything except name and kind has a default.
    package init(
        _ name: String, short: Character? = nil, _ kind: Kind, placeholder: String? = nil,
        default defaultValue: String? = nil, environment: String? = nil, aliases: [String] = [], hidden: Bool = false,
        help: String = ""
    ) {
        self.name = name
        self.short = short
        self.aliases = aliases
        self.kind = kind
        self.placeholder = placeholder
        self.defaultValue = defaultValue
        self.environmentDefault = environment
        self.help = help
        self.hidden = hidden
    }
}

extension Flag {
    /// A boolean flag, false by default.
    package static func bool(
        _ name: String, short: Character? = nil, default defaultValue: Bool = false, environment: String? = nil,
        aliases: [String] = [], hidden: Bool = false, help: String = ""
    ) -> Flag {
        Flag(
            name, short: short, .bool(default: defaultValue), environment: environment, aliases: aliases,
            hidden: hidden, help: help)
    }

    /// A flag with one value.
    package static func string(
        _ name: String, short: Character? = nil, _ placeholder: String? = nil, default defaultValue: String? = nil,
        environment: String? = nil, aliases: [String] = [], hidden: Bool = false, help: String = ""
    ) -> Flag {
        Flag(
            name, short: short, .string, placeholder: placeholder, default: defaultValue, environment: environment,
            aliases: aliases, hidden: hidden, help: help)
    }

    /// A known flag that is not supported, with the reason; not shown in the help.
    package static func refused(
        _ name: String, short: Character? = nil, aliases: [String] = [], _ reason: String
    ) -> Flag {
        Flag(name, short: short, .refused(reason), aliases: aliases, hidden: true)
    }

    /// The value of the flag without an argument; nil when it requires one.
    var valueWithoutArgument: String? {
        switch kind {
        case .bool: "true"
        case .optionalString(let noOptDefault): noOptDefault
        case .string, .int, .stringArray, .stringSlice: nil
        case .refused: ""
        }
    }

    /// The name in error messages: `-n, --last` or `--jobs`.
    var displayName: String {
        short.map { "-\($0), --\(name)" } ?? "--\(name)"
    }
}
