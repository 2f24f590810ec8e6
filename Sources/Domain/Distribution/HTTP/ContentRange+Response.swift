import HTTPHeaders

extension ContentRange {
    /// The range that a response has; nil without a readable one.
    init?(_ response: HTTPResponse) {
        self.init(response.fields["content-range"] ?? "")
    }
}
