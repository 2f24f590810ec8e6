import ContainersConfig
import ImageBuild

/// The devices of CDI descriptions for `RUN --device`. The descriptions are read when a step asks for a device.
struct DescribedBuildDevices: BuildDeviceProvider {
    let directories: [String]

    func devices(named name: String) throws -> [String] {
        try DeviceDescriptions(directories: directories).names(matching: name)
    }

    func access(to names: [String]) throws -> BuildDeviceAccess {
        guard let first = names.first else { return BuildDeviceAccess(devices: [], mounts: [], environment: []) }
        let edits = try DeviceDescriptions(directories: directories).edits(for: names)
        return BuildDeviceAccess(
            devices: try DescribedDevices.nodes(of: edits), mounts: try DescribedDevices.mounts(of: edits, first),
            environment: edits.environment)
    }

    func isForEveryBuild(_ name: String) throws -> Bool {
        try DeviceDescriptions(directories: directories).isForEveryBuild(name)
    }
}
