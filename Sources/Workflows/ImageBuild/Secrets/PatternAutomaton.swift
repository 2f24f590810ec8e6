/// Finds any of several byte strings in a stream, one table access for each byte (Aho and Corasick).
struct PatternAutomaton: Sendable {
    /// A position in the automaton; 0 in the beginning.
    typealias State = Int32

    /// Which bytes are the same to an automaton, and which it does not see.
    struct Alphabet: Sendable {
        /// Pairs of a byte and the one that it stands for.
        var folded: [(UInt8, UInt8)] = []
        var ignored: [UInt8] = []
    }

    /// The next state by state and byte, with `accepting` set if a pattern ends there.
    private let transitions: [State]
    /// The pattern that ends at a state, or -1.
    private let accepted: [Int32]
    private static let accepting: State = 1 << 30

    /// Whether there are no patterns.
    let isEmpty: Bool

    /// - Parameter patterns: not empty; in terms of the bytes that others are folded to, and without ignored ones.
    init(_ patterns: [[UInt8]], _ alphabet: Alphabet = Alphabet()) {
        isEmpty = patterns.isEmpty
        var children: [[UInt8: Int]] = [[:]]
        var accepted: [Int32] = [-1]
        for (number, pattern) in patterns.enumerated() where !pattern.isEmpty {
            var state = 0
            for byte in pattern {
                if let next = children[state][byte] {
                    state = next
                } else {
                    children.append([:])
                    accepted.append(-1)
                    children[state][byte] = children.count - 1
                    state = children.count - 1
                }
            }
            if accepted[state] < 0 { accepted[state] = Int32(clamping: number) }
        }
        self.transitions = Self.transitions(children, &accepted, alphabet)
        self.accepted = accepted
    }

    /// Completes the tree of the patterns: where it has no branch, the search continues in the longest suffix that is
    /// the beginning of a pattern.
    private static func transitions(
        _ children: [[UInt8: Int]], _ accepted: inout [Int32], _ alphabet: Alphabet
    ) -> [State] {
        var table = [State](repeating: 0, count: children.count << 8)
        var fallback = [Int](repeating: 0, count: children.count)
        var queue = [0]
        var position = 0
        while position < queue.count {
            let state = queue[position]
            position += 1
            if accepted[state] < 0 { accepted[state] = accepted[fallback[state]] }
            for byte in UInt8.min...UInt8.max {
                let inherited = state == 0 ? 0 : Int(table[fallback[state] << 8 | Int(byte)])
                guard let child = children[state][byte] else {
                    table[state << 8 | Int(byte)] = State(inherited)
                    continue
                }
                fallback[child] = inherited
                table[state << 8 | Int(byte)] = State(child)
                queue.append(child)
            }
        }
        for state in children.indices {
            for (byte, like) in alphabet.folded { table[state << 8 | Int(byte)] = table[state << 8 | Int(like)] }
        }
        for index in table.indices where accepted[Int(table[index])] >= 0 { table[index] |= accepting }
        // Last, so that an ignored byte after a pattern does not find it again.
        for state in children.indices {
            for byte in alphabet.ignored { table[state << 8 | Int(byte)] = State(state) }
        }
        return table
    }

    /// Searches on from `state`.
    ///
    /// - Parameter found: receives the number of each pattern at each of its ends; of patterns that end at the same byte
    ///   the longest.
    func search(_ bytes: UnsafeRawBufferPointer, from state: inout State, found: (Int) -> Void) {
        if isEmpty { return }
        transitions.withUnsafeBufferPointer { table in
            var current = Int(state)
            for byte in bytes {
                let next = table[current << 8 | Int(byte)]
                current = Int(next & ~Self.accepting)
                if next >= Self.accepting { found(Int(accepted[current])) }
            }
            state = State(current)
        }
    }
}
