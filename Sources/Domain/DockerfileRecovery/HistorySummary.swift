import DockerfileSyntax

/// Formats a history entry as a Dockerfile instruction, for listings.
package enum HistorySummary {
    /// `RUN make` for `|1 A=1 /bin/sh -c make`; the text itself if it is not recognized. Always a single line.
    package static func text(_ createdBy: String) -> String {
        let summary =
            switch HistoryText(String(createdBy.prefix(4096)), shell: ["/bin/sh", "-c"], declared: []) {
            case .shell(let command, _, _), .joined(let command, _): "RUN \(command)"
            case .instruction(let keyword, let rest): "\(keyword.rawValue) \(rest)"
            case .unknown(let text): text
            }
        let words = summary.split { $0 == " " || $0 == "\t" || $0.isNewline }.joined(separator: " ")
        return SanitizedText.line(words, limit: 1000)
    }
}
