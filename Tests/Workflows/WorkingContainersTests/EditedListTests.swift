import Testing

@testable import WorkingContainers

@Suite struct EditedListTests {
    @Test func textSetsOneRemovesOneOrRemovesAll() throws {
        var values = ["a": "1", "b": "2"]
        EditedList.change(&values, "c=3=4")
        EditedList.change(&values, "a-")
        EditedList.change(&values, "d")
        #expect(values == ["b": "2", "c": "3=4", "d": ""])
        EditedList.change(&values, "-")
        #expect(values.isEmpty)
        EditedList.change(&values, "=x")
        #expect(values == ["": "x"])
    }

    @Test(arguments: [
        ("$A", "1"), ("x${A}y", "x1y"), ("$A$A", "11"), ("$B", "B"), ("$", "$"), ("a$", "a$"),
        ("100%", "100%"),
    ])
    func variablesAreReplacedAndUndefinedOnesBecomeTheirName(text: String, result: String) {
        #expect(EditedList.expand(text) { $0 == "A" ? "1" : nil } == result)
    }

    @Test func featuresAreEditedInOrder() {
        #expect(EditedList.features(["a"], "b") == ["a", "b"])
        #expect(EditedList.features(["a", "b"], "a-") == ["b"])
        #expect(EditedList.features(["a"], "-") == nil)
        #expect(EditedList.features(["a"], "a") == ["a"])
    }
}
