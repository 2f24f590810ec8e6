import DockerfileSyntax

/// Which checks apply: the value of `# check=skip=A,B;error=true;experimental=C`.
package struct CheckOptions: Sendable, Equatable {
    /// Which rules a list names: `all`, or names with commas between them.
    struct RuleSet: Sendable, Equatable {
        var isAll = false
        var names: Set<String> = []

        func contains(_ rule: CheckRule) -> Bool { isAll || names.contains(rule.rawValue) }

        mutating func read(_ value: String) {
            if value == "all" { isAll = true } else { names.formUnion(Self.names(value)) }
        }

        private static func names(_ value: String) -> [String] {
            value.split(separator: ",").map { CheckOptions.trimmed($0) }
        }
    }

    /// Why a value is refused.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private var skipped = RuleSet()
    private var experimental = RuleSet()
    private var own = RuleSet()
    /// `error=true`: findings make the build fail.
    package private(set) var failsOnFindings = false

    /// All rules but the experimental ones; findings are warnings.
    package init() {}

    /// Reads the value of the directive. Names that are no rules are accepted, as in BuildKit, whose next release may
    /// know them.
    package init(parsing text: String) throws(Failure) {
        for part in Self.trimmed(text).split(separator: ";") {
            guard let equals = part.firstIndex(of: "=") else {
                throw Failure(description: "invalid check option \"\(part)\"")
            }
            let value = Self.trimmed(part[part.index(after: equals)...])
            switch Self.trimmed(part[..<equals]) {
            case "skip": skipped.read(value)
            case "experimental": experimental.read(value)
            case "error":
                guard let flag = Self.bool(value) else {
                    throw Failure(description: "invalid check option \"\(part)\": error takes true or false")
                }
                failsOnFindings = flag
            case let key: throw Failure(description: "invalid check option \"\(key)\"")
            }
        }
    }

    /// Enables rules that are off by default: `own`, `all` (own and experimental ones), or names of rules.
    ///
    /// - Throws: ``Failure`` for a name that no rule has.
    package mutating func enable(_ names: [String]) throws(Failure) {
        for name in names {
            switch name {
            case "own": own.isAll = true
            case "all": (own.isAll, experimental.isAll) = (true, true)
            default:
                guard let rule = CheckRule(rawValue: name) else {
                    let known = CheckRule.allCases.map(\.rawValue) + ["own", "all"]
                    throw Failure(
                        description: "there is no check \"\(name)\"" + Suggestion.hint(for: name, among: known))
                }
                if rule.isOwn { own.names.insert(name) }
                if rule.isExperimental { experimental.names.insert(name) }
            }
        }
    }

    /// Whether any rule of our own is enabled.
    var hasOwnRules: Bool { own.isAll || !own.names.isEmpty }

    /// Whether a rule applies.
    func applies(_ rule: CheckRule) -> Bool {
        if rule.isExperimental { return experimental.contains(rule) }
        return (!rule.isOwn || own.contains(rule)) && !skipped.contains(rule)
    }

    /// With what the comments above an instruction say: `# check=skip=RULE`. Only the first such comment counts, and
    /// none that cannot be read; what follows a space is a remark.
    func merged(withComments comments: [String]) -> CheckOptions {
        for comment in comments {
            guard let value = Self.directive(comment) else { continue }
            guard let other = try? CheckOptions(parsing: String(value.prefix { $0 != " " })) else { return self }
            var merged = self
            merged.skipped.isAll = skipped.isAll || other.skipped.isAll
            merged.skipped.names.formUnion(other.skipped.names)
            merged.experimental.isAll = experimental.isAll || other.experimental.isAll
            merged.experimental.names.formUnion(other.experimental.names)
            return merged
        }
        return self
    }

    private static func directive(_ comment: String) -> String? {
        guard let equals = comment.firstIndex(of: "="), trimmed(comment[..<equals]).lowercased() == "check" else {
            return nil
        }
        return trimmed(comment[comment.index(after: equals)...])
    }

    /// The words that Go's `strconv.ParseBool` takes.
    private static func bool(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
