/// Python distributions: `METADATA` in `.dist-info`, `PKG-INFO` in `.egg-info`, or an `.egg-info` file.
enum PythonPackages {
    static func described(by content: [UInt8], _ location: FileLocation) -> [SoftwarePackage] {
        // The description follows the first empty line.
        let end = content.firstRange(of: Array("\n\n".utf8))?.lowerBound ?? content.count
        let names: Set = ["name", "version", "license", "license-expression", "author", "author-email"]
        guard let fields = FieldParagraphs.all(in: Array(content[..<end]), keeping: names).first,
            let name = fields["name"], let version = fields["version"], !name.isEmpty
        else { return [] }
        var package = SoftwarePackage(.python, name: name, version: version, at: location)
        package.license = fields["license-expression"] ?? fields["license"]
        package.supplier = fields["author"] ?? fields["author-email"]
        return [package]
    }
}
