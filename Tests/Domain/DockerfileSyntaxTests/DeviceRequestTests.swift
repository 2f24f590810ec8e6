import Testing

@testable import DockerfileSyntax

@Suite struct DeviceRequestTests {
    @Test(arguments: [
        ("vendor.com/gpu=all", "vendor.com/gpu=all", false),
        ("vendor.com/gpu=all,required", "vendor.com/gpu=all", true),
        ("vendor.com/gpu", "vendor.com/gpu", false), ("vendor.com/gpu=*,required=0", "vendor.com/gpu=*", false),
        ("name=vendor.com/Gpu=A,required=true", "vendor.com/Gpu=A", true), ("required,class1", "class1", true),
        ("REQUIRED=1,NAME=class1", "class1", true),
    ])
    func flagsAreRead(value: String, name: String, isRequired: Bool) throws {
        guard case .run(let run) = try single("RUN --device=\(value) true").kind, let device = run.devices.first else {
            Issue.record("no device")
            return
        }
        #expect(device.name == name && device.isRequired == isRequired)
    }

    @Test(arguments: [
        ("a/b=c,requird", "unexpected key \"requird\": expected name and required (did you mean required?)"),
        ("a/b=c,required=maybe", "invalid value for required: maybe"),
        ("required", "the name of the device is missing"),
        ("name=a,name=b", "the name of the device is already a"), ("name=", "the name of the device is missing"),
    ])
    func others(value: String, message: String) throws {
        let error = #expect(throws: Diagnostic.self) { try parse("FROM a\nRUN --device=\(value) true") }
        #expect(error?.description == "Dockerfile:2:14: error: RUN --device=\(value): \(message)")
    }
}
