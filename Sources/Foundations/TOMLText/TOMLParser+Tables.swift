/// Resolves keys and headers, and checks what they may define ("Keys", "Table" and "Array of Tables" of TOML 1.0.0).
extension TOMLParser {
    /// The table that `[key]` opens.
    func openTable(_ key: [TOMLKeyPart], below root: TableBuilder) throws(TOMLError) -> TableBuilder {
        let (owner, last) = try owner(ofHeader: key, below: root)
        guard let earlier = owner.entry(last) else {
            let table = TableBuilder(.header, depth: try depth(below: owner, last))
            owner.set(last, to: .table(table))
            return table
        }
        guard case .table(let table) = earlier.node, table.origin == .headerBelow else {
            throw redefinition("table", key, earlier)
        }
        table.origin = .header
        return table
    }

    /// The table that `[[key]]` opens.
    func appendTable(_ key: [TOMLKeyPart], below root: TableBuilder) throws(TOMLError) -> TableBuilder {
        let (owner, last) = try owner(ofHeader: key, below: root)
        // The array counts as a nesting level.
        let table = TableBuilder(.header, depth: try depth(below: owner, last) + 1)
        switch owner.entry(last) {
        case nil: owner.set(last, to: .tables(TableBuilder.ArrayBuilder(first: table)))
        case let earlier?:
            guard case .tables(let array) = earlier.node else { throw redefinition("array of tables", key, earlier) }
            array.append(table)
        }
        return table
    }

    /// The table for the last part of a value's key, which must not be taken yet.
    func makeRoom(
        for key: [TOMLKeyPart], in table: TableBuilder
    ) throws(TOMLError) -> (owner: TableBuilder, last: TOMLKeyPart) {
        var owner = table
        var last: TOMLKeyPart?
        for part in key {
            if let parent = last { owner = try dottedTable(parent, of: key, in: owner) }
            last = part
        }
        guard let last else { throw unexpected(wanted: "a key") }
        if let earlier = owner.entry(last) { throw redefinition("key", key, earlier) }
        return (owner, last)
    }

    /// The table for a part of a dotted key other than the last: it may have been created by dotted keys, or implicitly
    /// by headers of its subtables.
    private func dottedTable(
        _ part: TOMLKeyPart, of key: [TOMLKeyPart], in owner: TableBuilder
    ) throws(TOMLError) -> TableBuilder {
        guard let earlier = owner.entry(part) else {
            let table = TableBuilder(.dottedKey, depth: try depth(below: owner, part))
            owner.set(part, to: .table(table))
            return table
        }
        guard case .table(let table) = earlier.node, table.origin != .header else {
            throw redefinition("key", key, earlier)
        }
        table.origin = .dottedKey
        return table
    }

    /// The table that contains the last part of a header: for arrays their last table.
    private func owner(
        ofHeader key: [TOMLKeyPart], below root: TableBuilder
    ) throws(TOMLError) -> (owner: TableBuilder, last: TOMLKeyPart) {
        var owner = root
        for part in key.dropLast() {
            switch owner.entry(part)?.node {
            case nil:
                let table = TableBuilder(.headerBelow, depth: try depth(below: owner, part))
                owner.set(part, to: .table(table))
                owner = table
            case .table(let table): owner = table
            case .tables(let array): owner = array.last
            case .value:
                let name = Self.quoted(key.prefix { $0.position != part.position } + [part])
                throw failure(.redefinition, "\(name) is a value that no header can extend", at: part.position)
            }
        }
        guard let last = key.last else { throw unexpected(wanted: "a key") }
        return (owner, last)
    }

    private func depth(below owner: TableBuilder, _ part: TOMLKeyPart) throws(TOMLError) -> Int {
        guard owner.depth < maximumDepth else { throw tooDeep(at: part.position) }
        return owner.depth + 1
    }

    private func redefinition(_ what: String, _ key: [TOMLKeyPart], _ earlier: TableBuilder.Entry) -> TOMLError {
        let first = key.first?.position ?? position
        return failure(
            .redefinition, "\(what) \(Self.quoted(key)) is already defined, at line \(earlier.key.position.line)",
            at: first)
    }
}
