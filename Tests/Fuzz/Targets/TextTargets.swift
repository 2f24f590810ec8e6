import ImageModel
import JSONText
import OutputTemplates

@testable import ContainersConfig

extension FuzzTarget {
    /// Names of images, digests and platforms.
    static let reference = FuzzTarget(name: "reference") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let reference = try? ImageReference(parsing: text) {
            precondition((try? ImageReference(parsing: reference.description)) == reference)
            precondition((try? ImageReference(parsing: reference.familiar)) == reference)
        }
        _ = ImageReference.isShortName(text)
        if let platform = try? Platform.parse(text) { _ = platform.normalized.candidates }
    }

    /// A template of `--format`, over data with each kind of value.
    static let template = FuzzTarget(name: "template") { bytes in
        guard let template = try? Template(parsing: String(decoding: bytes, as: UTF8.self), name: "format") else {
            return
        }
        let data: JSONValue = [
            "Name": "a", "Size": 12, "Labels": ["k": "v"], "List": ["x", "y"], "Ok": true, "None": .null,
        ]
        _ = try? template.execute(data)
    }

    /// A configuration file in TOML.
    static let toml = FuzzTarget(name: "toml") { bytes in
        _ = try? TOMLDocument.parse(bytes, file: "containers.conf")
    }

    /// A file of registries.d.
    static let yaml = FuzzTarget(name: "yaml") { bytes in
        _ = try? YAMLSubset.parse(String(decoding: bytes, as: UTF8.self), path: "default.yaml")
    }
}
