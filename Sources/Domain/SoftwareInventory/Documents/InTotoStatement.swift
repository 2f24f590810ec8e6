package import JSONText

/// An in-toto statement (github.com/in-toto/attestation, spec/v1): a predicate about subjects.
package struct InTotoStatement: Sendable {
    /// Something with a digest.
    package struct Subject: Sendable, Equatable {
        package var name: String
        /// Hexadecimal digits.
        package var sha256: String

        package init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// The predicate type of SPDX documents.
    package static let spdx = "https://spdx.dev/Document"

    package var predicateType: String
    package var subjects: [Subject]
    package var predicate: JSONValue

    package init(predicateType: String, subjects: [Subject], predicate: JSONValue) {
        self.predicateType = predicateType
        self.subjects = subjects
        self.predicate = predicate
    }

    package var json: JSONValue {
        [
            "_type": "https://in-toto.io/Statement/v1", "predicateType": .string(predicateType),
            "subject": .array(
                subjects.map { ["name": .string($0.name), "digest": ["sha256": .string($0.sha256)]] }),
            "predicate": predicate,
        ]
    }
}
