import Testing

@testable import BuildGraph

@Suite struct StageScopeTests {
    @Test func environmentOverridesArgumentsOfTheSameName() {
        var scope = StageScope(environment: ["PATH=/bin"])
        scope.declare(argument: "A", "from-arg")
        #expect(scope.value(of: "A") == "from-arg")
        scope.setEnvironment("A", "from-env")
        #expect(scope.value(of: "A") == "from-env")
        #expect(scope.arguments.isEmpty)
    }

    @Test func argumentsOverrideTheEnvironmentFromBefore() {
        var scope = StageScope(environment: ["A=1", "AB=2", "C=3"])
        scope.declare(argument: "A", "4")
        #expect(scope.value(of: "A") == "4")
        #expect(scope.environment == ["A=1", "AB=2", "C=3"])
        #expect(scope.commandEnvironment == ["AB=2", "C=3", "A=4"])
    }

    @Test func argumentsAreInherited() {
        let scope = StageScope(environment: ["B=2"], arguments: [("A", "1")])
        #expect(scope.value(of: "A") == "1")
        #expect(scope.recordedArguments.map(\.name) == ["A"])
    }

    @Test func settingAgainKeepsThePlaceOfTheVariable() {
        var scope = StageScope(environment: ["A=1", "B=2", "A=0"])
        scope.setEnvironment("A", "3")
        #expect(scope.environment == ["A=3", "B=2"])
    }

    @Test func namesAreNotMatchedByPrefix() {
        let scope = StageScope(environment: ["AB=1"])
        #expect(scope.value(of: "A") == nil)
    }

    @Test func valuesMayContainEqualsSigns() {
        let scope = StageScope(environment: ["A=b=c"])
        #expect(scope.value(of: "A") == "b=c")
    }

    @Test func argumentsWithoutAValueKeepAnEarlierOne() {
        var scope = StageScope(environment: [])
        scope.declare(argument: "A", "1")
        scope.declare(argument: "A", nil)
        #expect(scope.value(of: "A") == "1")
    }

    @Test func declaredArgumentsAreRecordedWithTheValueThatStepsSee() {
        var scope = StageScope(environment: [])
        scope.declare(argument: "http_proxy", "http://proxy")
        scope.declare(argument: "B", "2")
        scope.declare(argument: "A", "1")
        #expect(scope.arguments.count == 3)
        scope.setEnvironment("B", "3")
        #expect(scope.recordedArguments.map { "\($0.name)=\($0.value)" } == ["A=1", "B=3", "http_proxy=http://proxy"])
    }
}
