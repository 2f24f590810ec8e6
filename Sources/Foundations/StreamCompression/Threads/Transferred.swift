/// Transfers ownership of a value to another thread.
///
/// `@unchecked Sendable`: whoever creates one gives up the value, and only one thread has it at any time.
package struct Transferred<Value>: @unchecked Sendable {
    package let value: Value

    package init(_ value: Value) {
        self.value = value
    }
}
