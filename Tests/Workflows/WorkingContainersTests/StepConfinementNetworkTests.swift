import Sandbox
import Synchronization
import Testing

@testable import WorkingContainers

@Suite struct StepConfinementNetworkTests {
    @Test func `a step stays cached if a private network becomes unavailable`() {
        var shared = StepConfinement()
        shared.shareNetwork(because: "there is none")
        var own = StepConfinement()
        own.network = .userMode(UserModeNetwork(.pasta, path: "/usr/bin/pasta"))
        #expect(shared.network == .host)
        #expect(shared.description == own.description)
        shared.choose(.host)
        #expect(shared.description != own.description)
    }

    @Test func `an isolation that always shares the host's network causes no message`() {
        var confinement = StepConfinement()
        confinement.shareNetwork(because: "there is none")
        confinement.shareHost()
        #expect(confinement.sharingReason == nil)
    }

    @Test func `the message is printed once`() {
        final class Told: Sendable { let reasons = Mutex<[String]>([]) }
        let told = Told()
        let notice = SharedNetworkNotice { reason in told.reasons.withLock { $0.append(reason) } }
        notice.give("first")
        notice.give("second")
        #expect(told.reasons.withLock { $0 } == ["first"])
    }
}
