/// A Dockerfile that was made from an image.
package struct RecoveredDockerfile: Sendable, Equatable {
    /// How sure an instruction is.
    package enum Confidence: String, Sendable, Comparable {
        /// The image says so itself.
        case certain
        /// What the image says has one sensible meaning.
        case likely
        /// Something in it is made up.
        case guess

        package static func < (a: Confidence, b: Confidence) -> Bool { a.rank < b.rank }

        private var rank: Int {
            switch self {
            case .certain: 0
            case .likely: 1
            case .guess: 2
            }
        }
    }

    /// An instruction, or a remark where no instruction can be given.
    package struct Line: Sendable, Equatable {
        /// The text of the instruction, perhaps of several lines; nil for a remark alone.
        package var instruction: String?
        /// How sure it is.
        package var confidence: Confidence
        /// Why, in a few words.
        package var reason: String
        /// What else there is to know, a line each.
        package var notes: [String] = []
    }

    /// What stands above everything.
    package var title: String
    /// The instructions in order.
    package internal(set) var lines: [Line] = []

    /// The file: each instruction under a comment with its confidence. Comments cannot hold instructions, whatever an
    /// image says.
    package var text: String {
        var text = SanitizedText.comment(title) + "\n"
        for line in lines {
            text += "\n" + SanitizedText.comment("\(line.confidence.rawValue): \(line.reason)") + "\n"
            for note in line.notes { text += SanitizedText.comment("  " + note) + "\n" }
            if let instruction = line.instruction { text += instruction + "\n" }
        }
        return text
    }
}
