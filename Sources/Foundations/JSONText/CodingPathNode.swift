/// The path from the top of a value to the element being coded: cheap to extend, rendered only for errors.
final class CodingPathNode: Sendable {
    private let parent: CodingPathNode?
    private let step: Step

    private enum Step: Sendable {
        case top
        case key(String)
        case index(Int)
    }

    /// The top of a value.
    static let top = CodingPathNode(parent: nil, step: .top)

    private init(parent: CodingPathNode?, step: Step) {
        self.parent = parent
        self.step = step
    }

    func appending(_ key: String) -> CodingPathNode {
        CodingPathNode(parent: self, step: .key(key))
    }

    func appending(_ index: Int) -> CodingPathNode {
        CodingPathNode(parent: self, step: .index(index))
    }

    /// The path in the form of `JSONError.path`: `layers[3].digest`.
    var path: String {
        var text = parent?.path ?? ""
        switch step {
        case .top: break
        case .key(let key): text += text.isEmpty ? key : ".\(key)"  // arithmetic: texts
        case .index(let index): text += "[\(index)]"
        }
        return text
    }

    /// The path in the form of Swift's coders.
    var codingPath: [any CodingKey] {
        var keys = parent?.codingPath ?? []
        switch step {
        case .top: break
        case .key(let key): keys.append(JSONKey(stringValue: key))
        case .index(let index): keys.append(JSONKey(intValue: index))
        }
        return keys
    }

    /// The error, with this path unless it already names one.
    func locate(_ error: any Error) -> JSONError {
        switch error {
        case let error as JSONError:
            guard error.path.isEmpty, error.position == nil else { return error }
            return JSONError(error.kind, error.message, path: path)
        case DecodingError.keyNotFound(let key, _):
            return JSONError(.missingKey, "the key \"\(key.stringValue)\" is missing", path: path)
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            return JSONError(.typeMismatch, context.debugDescription, path: path)
        case DecodingError.dataCorrupted(let context):
            return JSONError(.invalidValue, context.debugDescription, path: path)
        case EncodingError.invalidValue(_, let context):
            return JSONError(.unencodable, context.debugDescription, path: path)
        default:
            return JSONError(.invalidValue, "\(error)", path: path)
        }
    }
}
