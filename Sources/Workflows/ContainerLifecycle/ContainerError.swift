/// Why an operation on a container failed.
package struct ContainerError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        case notFound, inUse, running, notRunning, invalid, foreign, unreachable, unsupported
    }

    package let code: Code
    /// A one-line message.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
