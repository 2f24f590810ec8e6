import LinuxSystem

/// Generates container names: an adjective and an object of the house or garden.
package enum ContainerNames {
    /// A name that no container is likely to have.
    package static func random() -> String {
        let bytes = RandomBytes.bytes(2)
        return "\(adjectives[Int(bytes[0]) % adjectives.count])_\(nouns[Int(bytes[1]) % nouns.count])"
    }

    /// Whether a name is valid: letters, digits, `_`, `.` and `-`, beginning with a letter or digit.
    package static func isValid(_ name: String) -> Bool {
        func isPlain(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let first = name.utf8.first, isPlain(first) else { return false }
        return name.utf8.allSatisfy { isPlain($0) || [0x5F, 0x2E, 0x2D].contains($0) }
    }

    private static let adjectives = [
        "amber", "ample", "awake", "balmy", "bold", "brave", "breezy", "bright", "brisk", "calm", "candid", "cheery",
        "chilly", "civil", "clever", "cosy", "crisp", "curly", "daring", "deft", "dewy", "eager", "earnest", "early",
        "fair", "fleet", "fluffy", "fond", "frank", "fresh", "gentle", "glad", "golden", "grand", "happy", "hardy",
        "hasty", "honest", "humble", "jaunty", "jolly", "keen", "kind", "lively", "loyal", "lucid", "lucky", "mellow",
        "merry", "mild", "mossy", "neat", "nimble", "noble", "patient", "placid", "plucky", "polite", "proud", "quick",
        "quiet", "rapid", "ready", "robust", "rosy", "serene", "sharp", "shiny", "silent", "sleepy", "smooth", "snug",
        "sober", "solid", "spry", "steady", "still", "sunny", "swift", "tame", "tidy", "tiny", "tough", "vivid",
        "warm", "wary", "wise", "witty", "young", "zesty",
    ]

    private static let nouns = [
        "acorn", "anvil", "apple", "apron", "arbour", "basket", "beacon", "birch", "blanket", "bobbin", "bramble",
        "bucket", "button", "candle", "cedar", "chimney", "clover", "cobble", "compass", "cradle", "cricket", "daisy",
        "drawer", "ember", "fennel", "fiddle", "finch", "garden", "gate", "ginger", "hammer", "hamper", "hazel",
        "heather", "hedge", "hinge", "ivy", "kettle", "ladder", "lantern", "larch", "lattice", "lemon", "linden",
        "lintel", "loom", "magpie", "mallet", "maple", "marble", "mint", "mirror", "mortar", "nettle", "oak", "onion",
        "orchard", "parsley", "pebble", "pepper", "pillow", "plum", "poppy", "quill", "quince", "rafter", "robin",
        "rosemary", "saddle", "sage", "shelf", "shovel", "sparrow", "spindle", "spoon", "stove", "swallow", "teapot",
        "thimble", "thistle", "thrush", "thyme", "trellis", "trowel", "tulip", "violet", "walnut", "willow", "window",
        "wren",
    ]
}
