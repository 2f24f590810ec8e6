/// Why a layer cannot be encrypted or decrypted.
package struct EncryptionError: Error, Sendable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}
