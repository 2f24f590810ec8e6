import LinuxSystem

extension FileTime {
    /// Whether at most this many nanoseconds have passed since `start`.
    func isWithin(_ nanoseconds: Int64, of start: FileTime) -> Bool {
        // Years in nanoseconds need more than 64 bits; their fractions do not matter.
        let elapsed = Double(seconds) - Double(start.seconds)
        return elapsed * 1e9 + Double(self.nanoseconds) - Double(start.nanoseconds) <= Double(nanoseconds)
    }
}
