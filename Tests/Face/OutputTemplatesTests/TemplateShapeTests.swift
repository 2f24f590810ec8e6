import JSONText
import Testing

@testable import OutputTemplates

@Suite struct TemplateShapeTests {
    static let shape = TemplateShape.structure(
        type: "test.Image",
        [
            .init("created", .time), .init("os", "OS", .text), .init("ports", .map(.structure(type: "struct {}", []))),
            .init("health", .optional(.structure(type: "test.Health", [.init("Interval", .duration)]))),
            .init(
                "history", .list(.structure(type: "test.Step", [.init("created_by", .text), .init("empty", .flag)]))),
        ])

    static let image: JSONValue = [
        "created": "2024-01-02T03:04:05.5Z", "os": "linux", "ports": ["80/tcp": [:]],
        "health": ["Interval": 90_000_000_000], "history": .array([["created_by": "a"], ["empty": true]]),
    ]

    func execute(_ template: String, _ value: JSONValue = image) throws -> String {
        try Template(parsing: template, name: "t").execute(value, shape: Self.shape)
    }

    @Test(arguments: [
        ("{{.}}", "{2024-01-02 03:04:05.5 +0000 UTC linux map[80/tcp:{}] {1m30s} [{a false} { true}]}"),
        ("{{.Ports}} {{.Health.Interval}}", "map[80/tcp:{}] 1m30s"),
        ("{{range .History}}{{.CreatedBy}}:{{.Empty}};{{end}}", "a:false;:true;"),
        ("{{(index .History 0).Empty}}", "false"), ("{{printf \"%v\" .Ports}}", "map[80/tcp:{}]"),
        ("{{json .Ports}}", "{\"80/tcp\":{}}"),
    ])
    func valuesPrintAsGoPrintsTheirTypes(template: String, expected: String) throws {
        #expect(try execute(template) == expected)
    }

    @Test func missingFieldsHaveZeroValues() throws {
        #expect(try execute("<{{.OS}}> {{.Ports}} {{.Health}} {{.History}}", [:]) == "<> map[] <nil> []")
    }

    @Test func unknownFieldsAreErrors() {
        #expect(throws: TemplateError.self) { try execute("{{.NoSuch}}") }
        #expect(throws: TemplateError.self) { try execute("{{range .History}}{{.NoSuch}}{{end}}") }
    }

    @Test(
        arguments: [
            (0, "0s"), (1, "1ns"), (1500, "1.5µs"), (20_000_000, "20ms"), (1_500_000_000, "1.5s"),
            (3_605_000_000_000, "1h0m5s"),
            (-2_000_000_000, "-2s"),
        ] as [(Int64, String)])
    func durations(nanoseconds: Int64, expected: String) {
        #expect(GoPrinter.duration(nanoseconds) == expected)
    }
}
