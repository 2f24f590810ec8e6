/// The grammar of image references (the `reference` package of the distribution project), over ASCII bytes:
///
///     reference       := name [ ":" tag ] [ "@" digest ]
///     name            := [domain '/'] path-component ['/' path-component]*
///     domain          := host [':' port-number]
///     host            := domain-component ['.' domain-component]* | '[' IPv6address ']'
///     domain-component:= letters, digits, and dashes within
///     path-component  := alpha-numeric [separator alpha-numeric]*      (lower case)
///     separator       := '.' | '_' | '__' | '-'+
///     tag             := [A-Za-z0-9_][A-Za-z0-9_.-]{0,127}
package enum ReferenceGrammar {
    /// The maximum length of a repository name (without its domain), in bytes.
    package static let maximumPathLength = 255

    /// Whether this is a registry's host name or address, optionally with a port.
    package static func isDomain(_ text: some StringProtocol) -> Bool {
        var rest = Array(text.utf8)[...]
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")), end > rest.startIndex + 1 else { return false }
            let address = rest[(rest.startIndex + 1)..<end]
            guard address.allSatisfy({ isHexDigit($0) || $0 == UInt8(ascii: ":") }) else { return false }
            rest = rest[(end + 1)...]
            return rest.isEmpty || isPort(rest)
        }
        let host = rest.prefix { $0 != UInt8(ascii: ":") }
        let components = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return components.allSatisfy(isDomainComponent) && (host.count == rest.count || isPort(rest[host.endIndex...]))
    }

    /// Whether this is a repository name without the registry. Its length is not checked.
    package static func isPath(_ text: some StringProtocol) -> Bool {
        Array(text.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .allSatisfy(isPathComponent)
    }

    /// Whether this is a tag.
    package static func isTag(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, isWord(first), text.utf8.count <= 128 else { return false }
        return text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    /// Whether this is an image id: 64 lower-case hexadecimal digits.
    package static func isIdentifier(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { isHexDigit($0) && !isUpper($0) }
    }

    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: ":") && bytes.count > 1 && bytes.dropFirst().allSatisfy(isDigit)
    }

    private static func isDomainComponent(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isPathComponent(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, let last = bytes.last, isLowerAlphanumeric(first), isLowerAlphanumeric(last)
        else { return false }
        let separators = bytes.split(omittingEmptySubsequences: true, whereSeparator: isLowerAlphanumeric)
        return separators.allSatisfy { separator in
            separator.allSatisfy { $0 == UInt8(ascii: "-") }
                || separator.elementsEqual(".".utf8) || separator.elementsEqual("_".utf8)
                || separator.elementsEqual("__".utf8)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isUpper(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerAlphanumeric(byte) || isUpper(byte)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "_")
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
    }
}
