/// A Dockerfile reconstructed from an image.
package struct RecoveredDockerfile: Sendable, Equatable {
    /// The confidence in an instruction.
    package enum Confidence: String, Sendable, Comparable {
        /// Recorded in the image.
        case certain
        /// The recorded data has one sensible interpretation.
        case likely
        /// Part of it is invented.
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

    /// An instruction, or a remark when no instruction can be given.
    package struct Line: Sendable, Equatable {
        /// The text of the instruction, possibly of several lines; nil for a remark only.
        package var instruction: String?
        /// The confidence in the instruction.
        package var confidence: Confidence
        /// A short explanation.
        package var reason: String
        /// Additional information, one line each.
        package var notes: [String] = []
    }

    /// The heading.
    package var title: String
    /// The instructions in order.
    package internal(set) var lines: [Line] = []

    /// The file: each instruction below a comment with its confidence. Nothing in the image can turn a comment into an
    /// instruction.
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
