import JSONText

/// An entry of `layers.json`, `images.json` or `containers.json`.
protocol StoreRecord: Sendable {
    var id: String { get }
    /// Names, each of which belongs to one record of the file only.
    var names: [String] { get set }
    /// Whether the record lies in the file for what need not outlive a reboot.
    var isVolatile: Bool { get }

    init(_ json: JSONValue, isVolatile: Bool) throws(StoreError)
    func encoded() -> JSONValue
}
