import ImageModel
import Testing

@testable import CommandLineInterface

/// Values of `build --output`.
@Suite struct BuildOutputTests {
    @Test(arguments: [
        ("out", BuildOutput.Kind.directory, "out"), ("-", .archive, "-"), ("type=local,dest=a", .directory, "a"),
        ("dest=a", .directory, "a"), ("type=tar,dest=-", .archive, "-"),
        ("type=oci,dest=a", .layout(isArchive: true), "a"),
        ("type=oci,dest=a,tar=false", .layout(isArchive: false), "a"), ("type=docker,dest=a", .dockerArchive, "a"),
        ("type=docker", .image(isPushed: false), ""), ("type=image,name=x", .image(isPushed: false), ""),
        ("type=image,name=x,push=true", .image(isPushed: true), ""), ("type=registry", .image(isPushed: true), ""),
    ])
    func kinds(_ text: String, _ kind: BuildOutput.Kind, _ destination: String) throws {
        let output = try BuildOutput(parsing: text)
        #expect(output.kind == kind)
        #expect(output.destination == destination)
    }

    @Test func quotedFieldsContainCommas() throws {
        let output = try BuildOutput(parsing: #"type=image,"name=a/x,b/y",oci-mediatypes=false,compression=zstd"#)
        #expect(output.names == ["a/x", "b/y"])
        #expect(output.format == .dockerManifest)
        #expect(output.compression == "zstd")
    }

    @Test(arguments: [
        "", "type=local", "type=local,dest=", "type=other,dest=a", "type=oci", "type=oci,dest=a,push=true",
        "type=oci,dest=a,compression=lzma", "type=oci,dest=a,compression-level=x",
        "type=oci,dest=a,compression-level=99",
        "type=tar,dest=a,name=x", "type=image,dest=a", "type=image,push=perhaps", "type=oci,dest=a,dest=b",
        "type=oci,dest=-,tar=false", "type=local,dest=-", "type=oci,\"dest=a", "type=oci,dest=a,x",
    ])
    func wrongOnesAreRefused(_ text: String) {
        #expect(throws: CommandError.self) { try BuildOutput(parsing: text) }
    }
}
