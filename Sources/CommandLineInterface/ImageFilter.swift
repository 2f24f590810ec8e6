import ContainerStore
import ImageModel
import LinuxSystem
import WorkingContainers

/// The conditions of `images --filter`: all of them must hold.
struct ImageFilter {
    private enum Condition {
        case dangling(Bool)
        case reference(String)
        case label(key: String, value: String?)
        case since(FileTime)
        case before(FileTime)
        case id(String)
    }

    private var conditions: [Condition] = []

    init(_ texts: [String], in store: ContainerStore) throws {
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw CommandError("invalid filter \"\(text)\": it needs the form KEY=VALUE")
            }
            switch parts[0] {
            case "dangling":
                guard parts[1] == "true" || parts[1] == "false" else {
                    throw CommandError("invalid filter: dangling takes true or false, not \"\(parts[1])\"")
                }
                conditions.append(.dangling(parts[1] == "true"))
            case "reference": conditions.append(.reference(parts[1]))
            case "id": conditions.append(.id(parts[1]))
            case "label":
                let label = parts[1].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                conditions.append(.label(key: String(label[0]), value: label.count == 2 ? String(label[1]) : nil))
            case "since", "after": conditions.append(.since(try ImageFilter.time(of: parts[1], in: store)))
            case "before": conditions.append(.before(try ImageFilter.time(of: parts[1], in: store)))
            default: throw CommandError("unsupported image filter \"\(parts[0])\"")
            }
        }
    }

    private static func time(of image: String, in store: ContainerStore) throws -> FileTime {
        guard let record = try store.image(image) else { throw CommandError("\(image): image not known") }
        return Clock.parseRFC3339(record.created) ?? FileTime(seconds: 0)
    }

    func matches(_ listing: ImageListing, in store: ContainerStore) -> Bool {
        conditions.allSatisfy { condition in
            switch condition {
            case .dangling(let wanted): return listing.record.names.isEmpty == wanted
            case .reference(let pattern): return ImageFilter.matches(pattern, listing)
            case .id(let prefix): return listing.record.id.hasPrefix(prefix)
            case .since(let time): return listing.created > time
            case .before(let time): return listing.created < time
            case .label(let key, let value):
                guard let image = try? StoredImage(listing.record, in: store),
                    let found = image.containerConfig.labels?[key]
                else { return false }
                return value == nil || value == found
            }
        }
    }

    /// A pattern fits the whole name or any end of its path, with or without the tag.
    private static func matches(_ pattern: String, _ listing: ImageListing) -> Bool {
        let path = listing.repository.split(separator: "/").map(String.init)
        for start in path.indices {
            let name = path[start...].joined(separator: "/")
            for candidate in [name, "\(name):\(listing.tag)"] where Wildcard.matches(pattern, candidate) { return true }
        }
        return false
    }
}
