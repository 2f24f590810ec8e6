package import Sandbox

/// Finds the devices that `RUN --device` asks for.
package protocol BuildDeviceProvider: Sendable {
    /// The full names of the devices that a name stands for; empty if there are none.
    func devices(named name: String) throws -> [String]

    /// What a step with these devices gets.
    ///
    /// - Parameter names: full names.
    func access(to names: [String]) throws -> BuildDeviceAccess

    /// Whether every build may use the device.
    func isForEveryBuild(_ name: String) throws -> Bool
}

/// What a step with devices gets.
package struct BuildDeviceAccess: Sendable {
    package let devices: [SandboxDevice]
    package let mounts: [SandboxMount]
    /// `NAME=value`
    package let environment: [String]

    /// Memberwise initializer.
    package init(devices: [SandboxDevice], mounts: [SandboxMount], environment: [String]) {
        self.devices = devices
        self.mounts = mounts
        self.environment = environment
    }

    /// Whether the step sees nothing of the host.
    var isHarmless: Bool { devices.isEmpty && mounts.isEmpty }
}
