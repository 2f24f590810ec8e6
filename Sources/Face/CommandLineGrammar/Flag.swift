/// One flag of a command, described as data: how it is spelled, what value it takes, what its help says.
///
/// The behaviour follows spf13/pflag, because that is what the users' scripts were written against.
package struct Flag: Sendable, Equatable {
    /// What a flag's value looks like.
    package enum Kind: Sendable, Equatable {
        /// `--x`, `--x=false`. Never takes the next argument. Without the flag the value is `default`.
        case bool(default: Bool)
        /// `--x VALUE` or `--x=VALUE`; the last one wins.
        case string
        /// As `string`, but the value must be a whole number in Go's notation (`10`, `-1`, `0x1f`, `1_000`).
        case int
        /// May be repeated; each value is kept verbatim.
        case stringArray
        /// May be repeated; each value is one CSV record (`a,b` gives two values, `"a,b",c` too).
        case stringSlice
        /// `--x` alone means `noOptDefault`; a value has to be attached: `--x=VALUE`.
        case optionalString(noOptDefault: String)
        /// Known to this field's users but not supported: using it is an error that gives this reason.
        case refused(String)
    }

    /// The long name, without dashes.
    package var name: String
    /// The one-letter form, without the dash.
    package var short: Character?
    /// Further long names, accepted but not shown.
    package var aliases: [String]
    /// What value it takes.
    package var kind: Kind
    /// What the help shows for the value; the kind's name if nil.
    package var placeholder: String?
    /// The value without the flag, for `string`, `int` and `optionalString`; shown in the help.
    package var defaultValue: String?
    /// The environment variable whose non-empty value stands in for a flag that is not given.
    package var environmentDefault: String?
    /// One line for the help.
    package var help: String
    /// Left out of the help.
    package var hidden: Bool

    /// Describes a flag; everything but name and kind has a useful default.
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
    /// A switch that is off unless given.
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

    /// A flag that this tool knows of but does not support, with the reason; not shown in the help.
    package static func refused(
        _ name: String, short: Character? = nil, aliases: [String] = [], _ reason: String
    ) -> Flag {
        Flag(name, short: short, .refused(reason), aliases: aliases, hidden: true)
    }

    /// The value that the bare flag stands for; nil when the flag needs a value.
    var valueWithoutArgument: String? {
        switch kind {
        case .bool: "true"
        case .optionalString(let noOptDefault): noOptDefault
        case .string, .int, .stringArray, .stringSlice: nil
        case .refused: ""
        }
    }

    /// As error messages name it: `-n, --last` or `--jobs`.
    var displayName: String {
        short.map { "-\($0), --\(name)" } ?? "--\(name)"
    }
}
