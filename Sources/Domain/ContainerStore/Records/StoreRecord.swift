import JSONText

/// An entry of `layers.json`, `images.json` or `containers.json`.
protocol StoreRecord: Sendable {
    var id: String { get }
    /// Names, each of which belongs to only one record of the file.
    var names: [String] { get set }
    /// Whether the record is in the file for records that need not survive a reboot.
    var isVolatile: Bool { get }

    init(_ json: JSONValue, isVolatile: Bool) throws(StoreError)
    func encoded() -> JSONValue
}
