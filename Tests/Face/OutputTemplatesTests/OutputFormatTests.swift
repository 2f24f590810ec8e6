import JSONText
import Testing

@testable import OutputTemplates

@Suite struct OutputFormatTests {
    static let rows: [JSONValue] = [
        ["Name": "podman", "Driver": "bridge", "ID": "2f25", "Tags": ["a", "b"]],
        ["Name": "a-long-network", "Driver": "macvlan", "ID": "1", "Tags": []],
    ]

    func render(_ format: String, isHeaded: Bool = true) throws -> String {
        try OutputFormat(parsing: format, name: "ls").render(
            Self.rows, headers: ["ID": "NETWORK ID"], isHeaded: isHeaded)
    }

    @Test(arguments: [
        ("{{.Name}}", "podman\na-long-network\n"),
        ("{{.Name}}\\t{{.Driver}}", "podman\tbridge\na-long-network\tmacvlan\n"),
        ("{{range .}}{{.Name}};{{end}}", "podman;a-long-network;\n"), ("{{.Name}}\\n", "podman\na-long-network\n"),
        ("all: {{ range . -}} {{.Name}} {{- end}}", "all: podmana-long-network\n"),
        ("{{range .Tags}}{{println .}}{{end}}", "a\nb\n\n\n"), ("{{range .Tags}}{{.}}{{end}}\\n", "ab\n\n"),
        ("{{if .Name}}{{range .Tags}}{{.}};{{end}}{{end}}", "a;b;\n\n"),
        (
            "table {{.Name}}\\t{{upper .Driver}} {{.ID}}",
            """
            NAME            DRIVER      NETWORK ID
            podman          BRIDGE      2f25
            a-long-network  MACVLAN     1

            """
        ),
        ("table {{.ID}}", "NETWORK ID\n2f25\n1\n"),
        ("table {{printf \"a b\"}} {{.ID}}", "a b         NETWORK ID\na b         2f25\na b         1\n"),
        ("json", ""), ("table", ""),
    ])
    func formats(format: String, expected: String) throws {
        #expect(try render(format) == expected)
    }

    @Test("a field of a row that does not exist is an error, a missing key of a map is not")
    func missingFields() throws {
        let rows: [JSONValue] = [["Name": "x", "Labels": .null]]
        for format in ["{{.Nope}}", "{{range .}}{{.Nope}}{{end}}", "{{.Name}}{{.Nope.Deep}}"] {
            #expect(throws: TemplateError.self) { try OutputFormat(parsing: format, name: "ls").render(rows) }
        }
        #expect(try OutputFormat(parsing: "{{.Labels.nope}}", name: "ls").render(rows) == "<no value>\n")
        let shape = TemplateShape.structure(
            type: "T", [.init("Name", .text), .init("Labels", .map(.text)), .init("Empty", .list(.text))])
        func render(_ format: String) throws -> String {
            try OutputFormat(parsing: format, name: "ls").render(rows, shape: shape)
        }
        #expect(try render("{{.Labels.nope}} {{.Empty}} {{range .Empty}}x{{end}}") == "<no value> [] \n")
        #expect(try render("{{range .}}{{.Empty}}{{end}}") == "[]\n")
        #expect(throws: TemplateError.self) { try render("{{.Nope}}") }
        #expect(throws: TemplateError.self) { try render("{{range .}}{{.Nope}}{{end}}") }
    }

    @Test func headersCanBeOmitted() throws {
        #expect(
            try render("table {{.ID}}\\t{{.Name}}", isHeaded: false)
                == "2f25        podman\n1           a-long-network\n")
    }

    @Test func headersWithoutRows() throws {
        let format = try OutputFormat(parsing: "table {{.Names}}\t{{.CreatedAt}}", name: "ps")
        #expect(try format.render([]) == "NAMES       CREATED AT\n")
    }

    @Test func errorsNameTheTemplate() {
        let error = #expect(throws: TemplateError.self) { try OutputFormat(parsing: "{{.Foo", name: "images") }
        #expect(error?.description == "template parsing error: template: images:1: unclosed action")
    }

    @Test(arguments: [
        ("Name", "NAME"), ("ImageID", "IMAGE ID"), ("CreatedAt", "CREATED AT"), ("ID", "ID"),
        ("DNSEnabled", "DNS ENABLED"),
        ("IPv6Enabled", "I PV 6 ENABLED"), ("IPAMOptions", "IPAM OPTIONS"), ("", ""),
    ])
    func headers(field: String, expected: String) {
        #expect(FieldHeader.text(field) == expected)
    }

    @Test func alignsColumnsPerBlock() {
        var table = TableWriter(minimumWidth: 0, padding: 3)
        table.addRow(["REPOSITORY", "TAG", "SIZE"])
        table.addRow(["localhost/é", "latest", "1 MB"])
        #expect(table.rendered() == "REPOSITORY    TAG      SIZE\nlocalhost/é   latest   1 MB\n")
        var blocks = TableWriter(minimumWidth: 0, padding: 1)
        blocks.addText("a\tb\nlonger\tc\n\nno tabs\nx\ty\n")
        #expect(blocks.rendered() == "a      b\nlonger c\n\nno tabs\nx y\n")
        var ragged = TableWriter(minimumWidth: 0, padding: 1)
        ragged.addText("a\tb\tc\nlong\td\nx\ty\tz\n")
        #expect(ragged.rendered() == "a    b c\nlong d\nx    y z\n")
        #expect(TableWriter().rendered().isEmpty)
    }
}
