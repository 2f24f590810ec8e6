import LinuxSystem
import Testing

@testable import WorkingContainers

@Suite struct ModeChangeTests {
    /// What chmod(1) makes of the same change, without a umask.
    @Test(arguments: [
        ("u=rwX,go=rX", 0o600, false, 0o644), ("u=rwX,go=rX", 0o700, false, 0o755),
        ("u=rwX,go=rX", 0o600, true, 0o755), ("+x", 0o600, false, 0o711), ("a+x", 0o644, false, 0o755),
        ("g=u", 0o600, false, 0o660), ("g=u", 0o700, false, 0o770), ("go=", 0o777, false, 0o700),
        ("=rw,+X", 0o700, false, 0o777), ("=rw", 0o777, true, 0o666), ("u+s", 0o755, false, 0o4755),
        ("ug+s,o+t", 0o755, false, 0o6755), ("+t", 0o777, true, 0o1777), ("go=u-w", 0o640, false, 0o644),
        ("u-x", 0o4755, false, 0o4655), ("a-X", 0o755, false, 0o644), ("o=g", 0o750, false, 0o755),
        ("u=g,g=o", 0o754, false, 0o544), ("o-u", 0o707, false, 0o700), ("0755", 0o600, false, 0o755),
        ("4711", 0o600, true, 0o4711), ("u=rwx", 0o4700, false, 0o700),
    ])
    func changes(text: String, mode: Int, isDirectory: Bool, expected: Int) throws {
        let change = try #require(ModeChange(text))
        #expect(change.applied(to: UInt32(mode), isDirectory: isDirectory) == UInt32(expected))
    }

    @Test(arguments: ["", "u", "rw", "u=q", "x+r", ",", "u=r,", "u=r,,g=r", "8", "12345", "07778", "=u=,"])
    func malformedOnesAreRejected(text: String) {
        #expect(ModeChange(text) == nil)
    }

    @Test func onlyAnAbsoluteModeAppliesToParents() throws {
        #expect(CopyAttributes(mode: ModeChange("4711")).parentMode == 0o711)
        #expect(CopyAttributes(mode: ModeChange("u=rwx,go=")).parentMode == 0o755)
        #expect(CopyAttributes().parentMode == 0o755)
    }
}
