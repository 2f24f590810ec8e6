import Testing

@testable import WorkingContainers

@Suite struct EnvironmentListTests {
    @Test func laterEntriesWinAtTheFirstOnesPosition() {
        let list = EnvironmentList(["A=1", "B=2", "A=3=4", "novalue", "C="])
        #expect(list.entries == ["A=3=4", "B=2", "C="])
        #expect(list.has("C"))
        #expect(!list.has("novalue"))
    }

    @Test func defaultsDoNotReplaceValues() {
        var list = EnvironmentList(["A=1"])
        list.setDefault("A=2")
        list.setDefault("AB=3")
        #expect(list.entries == ["A=1", "AB=3"])
    }

    @Test func removedNameCanBeSetAgain() {
        var list = EnvironmentList(["A=1", "B=2", "AB=3"])
        list.remove("A")
        list.set("B", "4")
        list.set("A", "5")
        #expect(list.entries == ["B=4", "AB=3", "A=5"])
    }

    @Test func processGetsEachNameOnceWithItsOwnValueBeforeDefaults() {
        var process = ContainerProcess(arguments: ["true"], hostname: "box")
        process.environment = ["PATH=/app", "A=1", "A=2"]
        process.defaultEnvironment = ["PATH=/usr/bin", "A=3", "PROXY=x", "PROXY=y"]
        #expect(
            process.completeEnvironment(home: "/root") == [
                "PATH=/app", "A=2", "PROXY=y", "HOME=/root", "HOSTNAME=box",
            ])
        process.environment = []
        process.defaultEnvironment = []
        #expect(process.completeEnvironment(home: "/").first == ContainerProcess.searchPath)
    }
}
