import OutputTemplates

extension OutputFormat? {
    /// Whether the command's own JSON is requested.
    var isJSON: Bool {
        if case .json? = self?.kind { true } else { false }
    }
}

extension OutputFormat {
    /// Whether the command's own table is requested.
    var isPlainTable: Bool {
        if case .plainTable = kind { true } else { false }
    }
}
