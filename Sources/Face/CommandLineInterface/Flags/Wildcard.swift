/// `*` and `?` patterns over names, where `*` stops at a slash.
enum Wildcard {
    static func matches(_ pattern: String, _ text: String) -> Bool {
        matches(Array(pattern.utf8)[...], Array(text.utf8)[...])
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        var (pattern, text) = (pattern, text)
        var retry: (pattern: ArraySlice<UInt8>, text: ArraySlice<UInt8>)?
        while true {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (pattern, text)
            } else if let wanted = pattern.first, let found = text.first,
                wanted == found || (wanted == UInt8(ascii: "?") && found != UInt8(ascii: "/"))
            {
                pattern = pattern.dropFirst()
                text = text.dropFirst()
            } else if pattern.isEmpty, text.isEmpty {
                return true
            } else if let saved = retry, let skipped = saved.text.first, skipped != UInt8(ascii: "/") {
                text = saved.text.dropFirst()
                pattern = saved.pattern
                retry = (pattern, text)
            } else {
                return false
            }
        }
    }
}
