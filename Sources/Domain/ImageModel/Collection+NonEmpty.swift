/// Go's `omitempty`: empty counts as absent.
extension Optional where Wrapped: Collection {
    var nonEmpty: Wrapped? {
        flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension Collection {
    var nonEmpty: Self? {
        isEmpty ? nil : self
    }
}
