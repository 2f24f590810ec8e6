/// A change of permission bits as in chmod(1): an absolute octal mode, or clauses such as `u=rwX,go=rX`.
///
/// Clauses behave as with BuildKit: no umask applies, and `=` also clears the classes' set-id bits.
package struct ModeChange: Sendable, Equatable {
    private enum Action: Sendable, Equatable {
        case clear(UInt32)
        case set(UInt32)
        /// Sets the bits of directories, and of files that somebody could execute before the change.
        case setIfExecutable(UInt32)
        /// Combines the permissions of the class at `shift` with those of the classes in `mask`.
        case copy(shift: UInt32, mask: UInt32, clears: Bool, sets: Bool)
    }

    /// The permission bits of an absolute mode; nil for clauses.
    package let absolute: UInt32?
    private let actions: [Action]
    private let text: String

    /// An absolute mode.
    package init(absolute mode: UInt32) {
        self.init(mode & 0o7777, [], String(mode & 0o7777, radix: 8))
    }

    /// Parses a mode; nil if it is malformed or beyond 07777.
    package init?(_ text: String) {
        if let first = text.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
            guard let mode = UInt32(text, radix: 8), mode <= 0o7777 else { return nil }
            self.init(absolute: mode)
            return
        }
        var actions: [Action] = []
        for clause in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let parsed = Self.parse(clause: clause) else { return nil }
            actions += parsed
        }
        self.init(nil, actions, text)
    }

    private init(_ absolute: UInt32?, _ actions: [Action], _ text: String) {
        self.absolute = absolute
        self.actions = actions
        self.text = text
    }

    /// For cache keys and messages.
    package var description: String { text }

    /// The permission bits that a file with these ones gets.
    package func applied(to mode: UInt32, isDirectory: Bool) -> UInt32 {
        if let absolute { return absolute }
        let old = mode & 0o7777
        var new = old
        for action in actions {
            switch action {
            case .clear(let bits): new &= ~bits
            case .set(let bits): new |= bits
            case .setIfExecutable(let bits): if isDirectory || old & 0o111 != 0 { new |= bits }
            case .copy(let shift, let mask, let clears, let sets):
                let everywhere = ((new >> shift) & 0o7) * 0o111
                if clears { new &= ~((sets ? 0o777 : everywhere) & mask) }
                if sets { new |= everywhere & mask }
            }
        }
        return new
    }

    // MARK: Parsing

    /// `[ugoa]*([-+=][rwxXstugo]*)+`
    private static func parse(clause: Substring.UTF8View) -> [Action]? {
        var rest = clause[...]
        var who: UInt32 = 0
        while let byte = rest.first, let bits = classes(byte) {
            who |= bits
            rest = rest.dropFirst()
        }
        guard !rest.isEmpty else { return nil }
        var actions: [Action] = []
        while let operation = rest.popFirst() {
            guard "-+=".utf8.contains(operation) else { return nil }
            let letters = rest.prefix { !"-+=".utf8.contains($0) }
            rest = rest.dropFirst(letters.count)
            guard let parsed = parse(operation, letters, who: who) else { return nil }
            actions += parsed
        }
        return actions
    }

    private static func classes(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "u"): 0o4700
        case UInt8(ascii: "g"): 0o2070
        case UInt8(ascii: "o"): 0o0007
        case UInt8(ascii: "a"): 0o6777
        default: nil
        }
    }

    private static func parse(_ operation: UInt8, _ letters: Substring.UTF8View, who: UInt32) -> [Action]? {
        let removes = operation == UInt8(ascii: "-")
        var mask = who == 0 ? 0o6777 : who
        var bits: UInt32 = 0
        var ifExecutable: UInt32 = 0
        var copies: [Action] = []
        for letter in letters {
            switch letter {
            case UInt8(ascii: "r"): bits |= 0o444
            case UInt8(ascii: "w"): bits |= 0o222
            case UInt8(ascii: "x"): bits |= 0o111
            case UInt8(ascii: "X"): if removes { bits |= 0o111 } else { ifExecutable |= 0o111 }
            // Special bits of others do not exist: such a clause has no effect.
            case UInt8(ascii: "s"): if mask & ~0o7 != 0 { bits |= 0o6000 }
            case UInt8(ascii: "t"):
                if mask & ~0o7 != 0 {
                    bits |= 0o1000
                    mask |= 0o1000
                }
            case UInt8(ascii: "u"), UInt8(ascii: "g"), UInt8(ascii: "o"):
                let shift: UInt32 = letter == UInt8(ascii: "u") ? 6 : letter == UInt8(ascii: "g") ? 3 : 0
                copies.append(
                    .copy(
                        shift: shift, mask: mask & 0o777, clears: operation != UInt8(ascii: "+"), sets: !removes))
            default: return nil
            }
        }
        if removes { return [.clear(bits & mask)] + copies }
        // The source of a copy must be read before `=` clears it.
        let clears = operation == UInt8(ascii: "=") && copies.isEmpty
        return copies + (clears ? [.clear(mask)] : []) + [.set(bits & mask), .setIfExecutable(ifExecutable & mask)]
    }
}
