import Sandbox
import Synchronization
import Testing

@testable import WorkingContainers

@Suite struct StepConfinementNetworkTests {
    @Test func `a cached step stays one where a private network can no longer be had`() {
        var shared = StepConfinement()
        shared.shareNetwork(because: "there is none")
        var own = StepConfinement()
        own.network = .userMode(UserModeNetwork(.pasta, path: "/usr/bin/pasta"))
        #expect(shared.network == .host)
        #expect(shared.description == own.description)
        shared.choose(.host)
        #expect(shared.description != own.description)
    }

    @Test func `what shares the host's network by its isolation has nothing to tell`() {
        var confinement = StepConfinement()
        confinement.shareNetwork(because: "there is none")
        confinement.shareHost()
        #expect(confinement.sharingReason == nil)
    }

    @Test func `it is told once`() {
        final class Told: Sendable { let reasons = Mutex<[String]>([]) }
        let told = Told()
        let notice = SharedNetworkNotice { reason in told.reasons.withLock { $0.append(reason) } }
        notice.give("first")
        notice.give("second")
        #expect(told.reasons.withLock { $0 } == ["first"])
    }
}
