import DockerfileSyntax

/// The simple commands of a RUN, as far as they can be seen without running a shell: words between separators, quotes
/// removed, variables left alone.
struct ShellCommands {
    private(set) var commands: [[String]] = []

    init(of command: RunInstruction.Command) {
        switch command {
        case .shell(let text): split(text)
        case .script(let heredoc): split(heredoc.content)
        case .exec(let arguments):
            let program = arguments.first?.split(separator: "/").last
            if let program, ["sh", "bash", "ash", "dash"].contains(program), arguments.count > 2,
                arguments[1].hasPrefix("-"), arguments[1].hasSuffix("c")
            {
                split(arguments[2])
            } else {
                add(arguments)
            }
        }
    }

    private mutating func split(_ text: String) {
        var words: [String] = []
        var word = ""
        var quote: Character?
        func end() {
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
                continue
            }
            switch character {
            case "'", "\"": quote = character
            case " ", "\t": end()
            case "&", "|", ";", "\n", "\r\n", "(", ")", "`":
                end()
                add(words)
                words = []
            // A continued line of a heredoc.
            case "\\": break
            default: word.append(character)
            }
        }
        end()
        add(words)
    }

    /// Adds a command without what stands before its program.
    private mutating func add(_ words: [String]) {
        let rest = words.drop { Self.prefixes.contains($0) || Self.isAssignment($0) }
        guard let program = rest.first?.split(separator: "/").last else { return }
        commands.append([String(program)] + rest.dropFirst())
    }

    private static let prefixes: Set<String> = ["sudo", "env", "exec", "time", "then", "do", "if", "else", "!", "{"]

    private static func isAssignment(_ word: String) -> Bool {
        guard let equals = word.firstIndex(of: "="), equals != word.startIndex else { return false }
        return word[..<equals].utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == 0x5f
        }
    }
}

extension ShellCommands {
    /// The first command that installs packages which the context does not bring; nil if there is none.
    var installation: String? {
        for words in commands {
            let arguments = words.dropFirst().filter { !$0.hasPrefix("-") }
            guard let action = arguments.first else { continue }
            switch words[0] {
            case "apt-get", "apt", "yum", "dnf", "microdnf", "tdnf", "zypper":
                if arguments.contains("install") { return "\(words[0]) install" }
            case "apk" where arguments.contains("add"): return "apk add"
            case "pip", "pip3":
                if action == "install", words.contains(where: { $0.hasPrefix("-r") || $0 == "--requirement" }) {
                    return "\(words[0]) install"
                }
            case "npm" where ["install", "ci", "i"].contains(action), "pnpm" where action == "install",
                "yarn" where action == "install", "bundle" where action == "install",
                "composer" where action == "install", "poetry" where action == "install", "uv" where action == "sync",
                "cargo" where action == "fetch":
                return "\(words[0]) \(action)"
            case "go" where arguments.starts(with: ["mod", "download"]): return "go mod download"
            case "swift" where arguments.starts(with: ["package", "resolve"]): return "swift package resolve"
            default: break
            }
        }
        return nil
    }

    /// Whether package lists of apt are fetched, and not removed again.
    var keepsAptLists: Bool {
        var isKept = false
        for words in commands {
            switch words[0] {
            case "apt-get", "apt":
                if words.contains("update") { isKept = true }
                if words.contains("distclean") { isKept = false }
            case "rm", "find":
                if words.contains(where: { $0.hasPrefix("/var/lib/apt") }) { isKept = false }
            default: break
            }
        }
        return isKept
    }
}
