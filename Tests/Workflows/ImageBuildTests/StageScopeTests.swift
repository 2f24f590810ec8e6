import Testing

@testable import ImageBuild

@Suite struct StageScopeTests {
    @Test func environmentOverridesArgumentsOfTheSameName() {
        var scope = StageScope(environment: ["PATH=/bin"])
        scope.declare(argument: "A", "from-arg")
        #expect(scope.value(of: "A") == "from-arg")
        scope.setEnvironment("A", "from-env")
        #expect(scope.value(of: "A") == "from-env")
        #expect(scope.visibleArguments.isEmpty)
    }

    @Test func settingAgainMovesTheVariableToTheEnd() {
        var scope = StageScope(environment: ["A=1", "B=2"])
        scope.setEnvironment("A", "3")
        #expect(scope.environment == ["B=2", "A=3"])
    }

    @Test func namesAreNotMatchedByPrefix() {
        let scope = StageScope(environment: ["AB=1"])
        #expect(scope.value(of: "A") == nil)
    }

    @Test func valuesMayContainEqualsSigns() {
        let scope = StageScope(environment: ["A=b=c"])
        #expect(scope.value(of: "A") == "b=c")
    }

    @Test func argumentsWithoutAValueAreUnset() {
        var scope = StageScope(environment: [])
        scope.declare(argument: "A", "1")
        scope.declare(argument: "A", nil)
        #expect(scope.value(of: "A") == nil)
    }

    @Test func proxiesAreVisibleButNotRecorded() {
        var scope = StageScope(environment: [])
        scope.declare(argument: "http_proxy", "http://proxy")
        scope.declare(argument: "B", "2")
        scope.declare(argument: "A", "1")
        #expect(scope.visibleArguments.count == 3)
        #expect(scope.recordedArguments.map(\.name) == ["A", "B"])
    }
}
