/// Transfers a value to the one thread that uses it from then on.
///
/// `@unchecked Sendable`: whoever makes one gives up the value, and only one thread has it at any time.
package struct Transferred<Value>: @unchecked Sendable {
    package let value: Value

    package init(_ value: Value) {
        self.value = value
    }
}
