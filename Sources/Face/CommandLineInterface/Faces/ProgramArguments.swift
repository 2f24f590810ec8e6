/// The program's argument vector as text.
enum ProgramArguments {
    /// Decodes the vector.
    ///
    /// - Throws: ``CommandError`` for an argument that is not UTF-8. Repairing it would change which file it names: U+FFFD in
    ///   place of a byte is a name of its own, which a stranger's directory can have as a link.
    static func decode(
        count: Int32, vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    ) throws -> [String] {
        var arguments: [String] = []
        for position in 0..<Int(count) {
            guard let argument = vector[position] else { break }
            guard let text = String(validatingCString: argument) else {
                throw CommandError(
                    "argument \(position) is not UTF-8: \(String(cString: argument)) (a file with such a name is reached "
                        + "through its directory, or through a link with another name)")
            }
            arguments.append(text)
        }
        return arguments
    }
}
