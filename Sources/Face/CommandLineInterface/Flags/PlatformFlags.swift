import CommandLineGrammar
import ImageModel

/// `--platform`, or `--arch`, `--os` and `--variant` on their own.
enum PlatformFlags {
    /// For commands that use one platform.
    static let one: [Flag] =
        [.string("platform", "OS/ARCH[/VARIANT]", help: "choose the image for this platform")] + parts

    /// For `build`, which accepts several.
    static let several: [Flag] =
        [
            Flag(
                "platform", .stringSlice, placeholder: "OS/ARCH[/VARIANT]",
                help: "set the OS/ARCH/VARIANT of the image to the provided value; several make several images")
        ] + parts

    private static let parts: [Flag] = [
        .string(
            "arch", "architecture", aliases: ["override-arch"], help: "set the ARCH of the image to the provided value"),
        .string("os", "OS", aliases: ["override-os"], help: "set the OS of the image to the provided value"),
        .string(
            "variant", "variant", aliases: ["override-variant"],
            help: "set the variant of the image to the provided value"),
    ]

    /// The requested platforms, without duplicates; empty if there are none.
    static func wanted(_ arguments: ParsedArguments) throws -> [Platform] {
        let given = ["arch", "os", "variant"].filter { arguments.wasSet($0) && arguments.string($0) != "" }
        let texts = arguments.strings("platform").filter { !$0.isEmpty }
        guard texts.isEmpty || given.isEmpty else {
            throw CommandError("invalid --platform may not be used with --os, --arch, or --variant")
        }
        guard !given.isEmpty else {
            var platforms: [Platform] = []
            for text in texts {
                let platform = try Platforms.wanted(text)
                if !platforms.contains(platform) { platforms.append(platform) }
            }
            return platforms
        }
        var platform = Platform.host
        if given.contains("arch"), let name = arguments.string("arch") {
            (platform.architecture, platform.variant) = Platform.normalizedArchitecture(name)
        }
        if given.contains("os"), let os = arguments.string("os") { platform.os = os.lowercased() }
        if given.contains("variant") { platform.variant = arguments.string("variant") }
        return [platform.normalized]
    }
}
