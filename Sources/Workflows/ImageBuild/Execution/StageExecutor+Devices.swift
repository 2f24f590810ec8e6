import BuildGraph
import DockerfileSyntax
import ProgressEvents
import WorkingContainers

extension StageExecutor {
    /// Adds what `RUN --device` asks for, if the build allows it.
    ///
    /// As in BuildKit, a step that may not use a device fails, and one without a device that it does not require runs
    /// without it. Devices that only set variables need no entitlement: with them a step sees nothing of the host.
    func addDevices(of run: RunOperation, to confinement: inout StepConfinement) throws {
        guard !run.devices.isEmpty, let provider = session.options.devices else {
            guard let device = run.devices.first else { return }
            throw session.locator.error(
                .unsupported, at: device.range, "RUN --device: there are no descriptions of devices")
        }
        let entitlements = session.options.entitlements
        var granted: Set<String> = []
        for name in entitlements.devices { granted.formUnion(try provider.devices(named: name)) }
        var names: [String] = []
        for request in run.devices {
            let alias = entitlements.aliases[request.name]
            let found = try provider.devices(named: alias ?? request.name)
            if found.isEmpty {
                guard !request.isRequired else {
                    throw session.locator.error(
                        .notFound, at: request.range, "RUN --device: required device \(request.name) is not registered")
                }
                session.report(
                    .warning("[Warning] RUN --device: device \(request.name) is not registered: the step runs without"))
            }
            for name in found where !names.contains(name) {
                guard try isAllowed(name, isGranted: alias != nil || granted.contains(name), provider) else {
                    throw session.locator.error(
                        .invalid, at: request.range,
                        "RUN --device: device \(name) is requested by the build but not allowed: add "
                            + "--allow device=\(name) to the build if you trust it")
                }
                names.append(name)
            }
        }
        let access = try provider.access(to: names)
        confinement.devices += access.devices
        confinement.deviceMounts += access.mounts
        confinement.deviceEnvironment += access.environment
    }

    private func isAllowed(_ name: String, isGranted: Bool, _ provider: any BuildDeviceProvider) throws -> Bool {
        if isGranted || session.options.entitlements.names.contains("device") { return true }
        return try provider.isForEveryBuild(name) || provider.access(to: [name]).isHarmless
    }
}
