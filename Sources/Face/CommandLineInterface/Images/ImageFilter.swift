import CommandLineGrammar
import ContainerStore
import DockerfileSyntax
import ImageModel
import LinuxSystem
import WorkingContainers

/// The conditions of `images --filter`: conditions with the same key are alternatives, different keys must all match.
struct ImageFilter {
    private enum Condition {
        case dangling(Bool)
        case intermediate(Bool)
        case readOnly(Bool)
        case manifest(Bool)
        case containers(Bool)
        case reference(String)
        case label(key: String, value: String?)
        case since(FileTime)
        case before(FileTime)
        case id(String)
        case digest(String)
    }

    private var conditions: [(key: String, condition: Condition, isNegated: Bool)] = []
    private let store: ContainerStore
    private let family: ImageFamily
    private let usedImages: Set<String>

    init(_ texts: [String], in store: ContainerStore) throws {
        self.store = store
        family = try ImageFamily(store)
        usedImages = Set(try store.containers().map(\.image))
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw CommandError(
                    "invalid image filter \"\(text)\": must be in the format \"filter=value or filter!=value\"")
            }
            let isNegated = text[text.index(before: equals)] == "!"
            let key = String(isNegated ? text[..<equals].dropLast() : text[..<equals])
            let value = String(text[text.index(after: equals)...])
            conditions.append((key, try ImageFilter.condition(key, value, in: store), isNegated))
        }
        for key in ["dangling", "intermediate", "readonly", "manifest"] {
            guard Set(conditions.filter { $0.key == key }.map { "\($0.condition)\($0.isNegated)" }).count < 2 else {
                throw CommandError(
                    "specifying \"\(key)\" filter more than once with different values is not supported")
            }
        }
    }

    private static func condition(_ key: String, _ value: String, in store: ContainerStore) throws -> Condition {
        switch key {
        case "dangling": return .dangling(try flag(value, key))
        case "intermediate": return .intermediate(try flag(value, key))
        case "readonly": return .readOnly(try flag(value, key))
        case "manifest": return .manifest(try flag(value, key))
        case "containers": return .containers(try flag(value, key))
        case "reference": return .reference(value)
        case "id": return .id(value.hasPrefix("sha256:") ? String(value.dropFirst(7)) : value)
        case "digest": return .digest(value)
        case "label":
            let label = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return .label(key: String(label[0]), value: label.count == 2 ? String(label[1]) : nil)
        case "since", "after": return .since(try time(of: value, key, in: store))
        case "before": return .before(try time(of: value, key, in: store))
        default: throw CommandError("unsupported image filter \"\(key)\"")
        }
    }

    private static func flag(_ text: String, _ key: String) throws -> Bool {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        default:
            throw CommandError(
                "non-boolean value \"\(text)\" for \(key) filter: strconv.ParseBool: parsing \"\(text)\": invalid syntax"
            )
        }
    }

    private static func time(of image: String, _ key: String, in store: ContainerStore) throws -> FileTime {
        guard let record = try store.image(image) else {
            throw CommandError(
                "could not find local image for filter filter \"\(key)\"=\"\(image)\": \(image): image not known")
        }
        return Clock.parseRFC3339(record.created) ?? FileTime(seconds: 0)
    }

    /// - Parameter showsAll: whether to include intermediate images without a condition for them.
    func matches(_ listing: ImageListing, showsAll: Bool = true) -> Bool {
        let keys = Set(conditions.map(\.key))
        if !showsAll, !keys.contains("intermediate"), family.isIntermediate(listing.record) { return false }
        return keys.allSatisfy { key in
            let same = conditions.filter { $0.key == key }
            // All labels must match; of other conditions with the same key, any.
            if key == "label" { return same.allSatisfy { holds($0.condition, listing) != $0.isNegated } }
            let (refused, wanted) = (same.filter(\.isNegated), same.filter { !$0.isNegated })
            return !refused.contains { holds($0.condition, listing) }
                && (wanted.isEmpty || wanted.contains { holds($0.condition, listing) })
        }
    }

    private func holds(_ condition: Condition, _ listing: ImageListing) -> Bool {
        let record = listing.record
        switch condition {
        case .dangling(let wanted): return (record.names.isEmpty && !family.isIntermediate(record)) == wanted
        case .intermediate(let wanted): return family.isIntermediate(record) == wanted
        case .readOnly(let wanted): return record.isReadOnly == wanted
        case .manifest(let wanted): return ((try? store.isList(record)) ?? false) == wanted
        case .containers(let wanted): return usedImages.contains(record.id) == wanted
        case .reference(let pattern): return ImageFilter.matches(pattern, listing)
        case .id(let prefix): return record.id.hasPrefix(prefix)
        case .digest(let prefix): return record.digests.contains { $0.hasPrefix(prefix) }
        case .since(let time): return listing.created > time
        case .before(let time): return listing.created < time
        case .label(let key, let value):
            guard let image = try? StoredImage(record, in: store), let found = image.containerConfig.labels?[key]
            else { return false }
            return value == nil || value == found
        }
    }

    /// A pattern fits the whole name or any end of its path, with or without the tag.
    private static func matches(_ text: String, _ listing: ImageListing) -> Bool {
        guard let pattern = WildcardPattern(text) else { return false }
        let path = listing.repository.split(separator: "/").map(String.init)
        for start in path.indices {
            let name = path[start...].joined(separator: "/")
            for candidate in [name, "\(name):\(listing.tag)"] where pattern.matches(candidate) { return true }
        }
        return false
    }
}
