import Testing

@testable import WorkingContainers

@Suite struct EditedListTests {
    @Test func aTextSetsRemovesOneOrRemovesAll() throws {
        var values = ["a": "1", "b": "2"]
        try EditedList.change(&values, "c=3=4", "label")
        try EditedList.change(&values, "a-", "label")
        try EditedList.change(&values, "d", "label")
        #expect(values == ["b": "2", "c": "3=4", "d": ""])
        try EditedList.change(&values, "-", "label")
        #expect(values.isEmpty)
        #expect(throws: WorkingContainerError.self) { try EditedList.change(&values, "=x", "label") }
    }

    @Test(arguments: [
        ("$A", "1"), ("x${A}y", "x1y"), ("$A$A", "11"), ("$B", "B"), ("$", "$"), ("a$", "a$"),
        ("100%", "100%"),
    ])
    func variablesAreReplacedAndStandForThemselvesWithoutAValue(text: String, result: String) {
        #expect(EditedList.expand(text) { $0 == "A" ? "1" : nil } == result)
    }

    @Test func featuresKeepTheirOrder() {
        #expect(EditedList.features(["a"], "b") == ["a", "b"])
        #expect(EditedList.features(["a", "b"], "a-") == ["b"])
        #expect(EditedList.features(["a"], "-") == nil)
        #expect(EditedList.features(["a"], "a") == ["a"])
    }
}
