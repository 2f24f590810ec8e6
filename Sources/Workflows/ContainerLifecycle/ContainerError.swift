/// Why something could not be done with a container.
package struct ContainerError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        case notFound, inUse, running, notRunning, invalid, foreign, unreachable, unsupported
    }

    package let code: Code
    /// One line.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
