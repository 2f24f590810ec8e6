import JSONText
import SeededRandomness
import Testing

@testable import OutputTemplates

@Suite struct TemplateTests {
    static let data: JSONValue = [
        "Host": ["OS": "linux", "CPUs": 2, "Rate": 1.5, "Empty": "", "Nothing": nil, "Rootless": true],
        "Plugins": ["Network": ["bridge", "macvlan"], "None": []],
        "Labels": ["b": "2", "a": "1"], "created_at": "now", "Names": [["Name": "x"], ["Name": "y"]],
    ]

    func render(_ text: String) throws -> String {
        try Template(parsing: text, name: "info").execute(Self.data)
    }

    // Results of the real tools, if they have such a field.
    @Test(arguments: [
        ("plain", "plain"), ("{{.Host.OS}}", "linux"), ("{{ .Host.OS | upper }}!", "LINUX!"), ("{{.CreatedAt}}", "now"),
        ("{{.Host.CPUs}} {{.Host.Rate}} {{.Host.Rootless}}", "2 1.5 true"), ("{{.Host.Nothing}}", "<nil>"),
        ("{{.Plugins.Network}}", "[bridge macvlan]"), ("{{.Labels}}", "map[a:1 b:2]"),
        ("{{.Labels.nope}}", "<no value>"),
        ("{{json .Plugins.Network}}", "[\"bridge\",\"macvlan\"]"), ("{{json .Host.Nothing}}", "null"),
        ("{{range .Plugins.Network}}{{.}},{{end}}", "bridge,macvlan,"),
        ("{{range .Plugins.None}}{{.}}{{else}}none{{end}}", "none"), ("{{range .Host.Nothing}}x{{end}}", ""),
        ("{{range $i, $e := .Plugins.Network}}{{$i}}={{$e}} {{end}}", "0=bridge 1=macvlan "),
        ("{{range $k, $v := .Labels}}{{$k}}:{{$v}};{{end}}", "a:1;b:2;"), ("{{range .Labels}}{{.}}{{end}}", "12"),
        ("{{range .Plugins.Network}}{{if eq . \"macvlan\"}}{{break}}{{end}}{{.}},{{end}}", "bridge,"),
        ("{{range $i, $e := .Plugins.Network}}{{if eq $i 0}}{{continue}}{{end}}{{.}},{{end}}", "macvlan,"),
        ("{{range .Names}}{{.Name}}{{$.Host.OS}} {{end}}", "xlinux ylinux "),
        ("{{if .Host.Empty}}a{{else if .Host.Rootless}}b{{else}}c{{end}}", "b"),
        ("{{if not .Plugins.None}}e{{end}}", "e"),
        ("{{with .Host}}{{.OS}}{{end}}{{with .Host.Empty}}x{{else}}y{{end}}", "linuxy"),
        ("{{with $x := 1}}{{$x}}{{end}}", "1"), ("{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", "2"),
        ("{{$x := 1}}{{if true}}{{$x := 2}}{{end}}{{$x}}", "1"),
        ("a {{- 1 -}} b", "a1b"), ("a {{/* c */}} b", "a  b"), ("a {{- /* c */ -}} b", "ab"), ("{{- 3 }}", "3"),
        ("{{-3}}", "-3"),
        ("{{index .Plugins.Network 1}} {{index .Labels \"a\"}}|{{index .Labels \"z\"}}|", "macvlan 1||"),
        ("{{(index .Plugins.Network 0) | upper}} {{(.Host).OS}} {{len .Plugins.Network}}", "BRIDGE linux 2"),
        (
            "{{join .Plugins.Network \", \"}} {{split \"a,b\" \",\"}} {{title \"ab cd\"}} {{truncate \"abcdef\" 3}} {{pad \"x\" 2 3}}|",
            "bridge, macvlan [a b] Ab Cd abc   x   |"
        ),
        ("{{slice \"abcdef\" 1 3}} {{html \"<a>\"}} {{urlquery \"a b\"}}", "bc &lt;a&gt; a+b"),
        ("{{and 1 0 2}} {{or 0 \"x\"}} {{not 0}} {{len \"abc\"}} {{index \"abc\" 1}}", "0 x true 3 98"),
        (
            "{{eq 1 1 2}} {{ne \"a\" \"b\"}} {{eq 1 2 1}} {{lt \"a\" \"b\"}} {{le 1 1}} {{gt 2 1}} {{ge 1 2}}",
            "true true true true true true false"
        ),
        ("{{print 1 2 \"a\" \"b\" 3}} {{println \"a\" 1}}x", "1 2ab3 a 1\nx"),
        (
            "{{ 1.5 }} {{ 1e3}} {{true}} {{1e6}} {{123456789.5}} {{0.00001}} {{100000.0}} {{1e21}}",
            "1.5 1000 true 1e+06 1.234567895e+08 1e-05 100000 1e+21"
        ),
        ("{{'a'}} {{`raw\\n`}} {{\"\\t\\u00e9\\x41\"}} {{0x10}} {{1_000}}", "97 raw\\n \té\u{41} 16 1000"),
        ("{{\"a\" | printf \"%s-%s\" \"b\"}}", "b-a"), ("{{lt 1 2 | not}}", "false"),
        ("{{define \"a\"}}x{{.}}{{end}}{{template \"a\" 1}}y{{block \"b\" .Host.OS}}z{{.}}{{end}}", "x1yzlinux"),
        ("{{and .Host.Empty (index .Plugins.None 5)}}|", "|"), ("{{if\n.Host.OS\n}}x{{end}}", "x"),
    ])
    func renders(text: String, expected: String) throws {
        #expect(try render(text) == expected)
    }

    @Test(arguments: [
        (#"{{printf "%-10s|%5d|%q|%v|%x" "ab" 12 "q" true "hi"}}"#, "ab        |   12|\"q\"|true|6869"),
        (
            #"{{printf "%v %d %t %q %5.2f %05d %+d %x %X %c %U %o %b %e %g %%" "l" 7 true "a\"b" 3.14159 42 5 255 "hi" 65 65 8 5 1234.5 0.1}}"#,
            "l 7 true \"a\\\"b\"  3.14 00042 +5 ff 6869 A U+0041 10 101 1.234500e+03 0.1 %"
        ),
        (#"{{printf "%T %v %+v %#v" 1 nil "x" "y"}}"#, "int <nil> x \"y\""),
        (
            #"{{printf "%d" "x"}} {{printf "%s" 3}} {{printf "%s"}} {{printf "x" 3}}"#,
            "%!d(string=x) %!s(int=3) %!s(MISSING) x%!(EXTRA int=3)"
        ),
        (#"{{printf "%*d|%-*d|%.2s|%6.2f|%"  4 1 4 2 "abc" 2.345}}"#, "   1|2   |ab|  2.35|%!(NOVERB)"),
        (
            #"{{printf "%v %g %e %G" 1234567.0 1234567.0 1234567.0 1e-7}}"#,
            "1.234567e+06 1.234567e+06 1.234567e+06 1E-07"
        ),
        (
            #"{{printf "%s %q %d" .Plugins.Network .Plugins.Network .Labels}}"#,
            "[bridge macvlan] [\"bridge\" \"macvlan\"] map[%!d(string=a):%!d(string=1) %!d(string=b):%!d(string=2)]"
        ),
    ])
    func printf(text: String, expected: String) throws {
        #expect(try render(text) == expected)
    }

    @Test(arguments: [
        (
            "{{.Host.NoSuch}}",
            #"template: info:1:7: executing "info" at <.Host.NoSuch>: can't evaluate field NoSuch in type struct"#
        ),
        (
            "{{.Host.OS}} {{.Host.OS.Foo}}",
            #"template: info:1:20: executing "info" at <.Host.OS.Foo>: can't evaluate field Foo in type string"#
        ),
        (
            "x\n{{.nosuch}}",
            #"template: info:2:2: executing "info" at <.nosuch>: can't evaluate field nosuch in type struct"#
        ),
        (
            "{{index .Plugins.Network 99}}",
            #"template: info:1:2: executing "info" at <index .Plugins.Network 99>: error calling index: index out of range: 99"#
        ),
        ("{{len 3}}", #"template: info:1:2: executing "info" at <len 3>: error calling len: len of type int"#),
        (
            "{{eq 1 \"a\"}}",
            #"template: info:1:2: executing "info" at <eq 1 "a">: error calling eq: incompatible types for comparison"#
        ),
        ("{{\"a\" \"b\"}}", #"template: info:1:2: executing "info" at <"a">: can't give argument to non-function "a""#),
        (
            "{{.Host.OS 1}}",
            #"template: info:1:7: executing "info" at <.Host.OS>: OS has arguments but cannot be invoked as function"#
        ),
        ("{{nil}}", #"template: info:1:2: executing "info" at <nil>: nil is not a command"#),
        ("{{range 3}}x{{end}}", #"template: info:1:8: executing "info" at <3>: range can't iterate over 3"#),
        (
            "{{and}}",
            #"template: info:1:2: executing "info" at <and>: wrong number of args for and: want at least 1 got 0"#
        ),
        (
            "{{lower 3}}",
            #"template: info:1:2: executing "info" at <lower 3>: error calling lower: wrong type for value; expected string; got int"#
        ),
        (
            "{{template \"x\"}}",
            #"template: info:1:2: executing "info" at <{{template "x"}}>: template "x" not defined"#
        ),
        (
            "{{.Host.Nothing.X}}",
            #"template: info:1:7: executing "info" at <.Host.Nothing.X>: nil pointer evaluating interface {}.X"#
        ),
        (
            "{{define \"r\"}}{{template \"r\"}}{{end}}{{template \"r\"}}",
            #"template: info:1:16: executing "info" at <{{template "r"}}>: exceeded maximum template depth"#
        ),
    ])
    func executionErrors(text: String, message: String) throws {
        let error = #expect(throws: TemplateError.self) { try render(text) }
        #expect(error?.message == message)
        #expect(error?.code == .execution)
    }

    @Test(arguments: [
        ("{{.Host.OS", "unclosed action"), ("{{if}}", "missing value for if"), ("{{end}}", "unexpected {{end}}"),
        ("{{range .Host}}", "unexpected EOF"), ("{{foo .Host}}", "function \"foo\" not defined"),
        ("{{$x}}", "undefined variable \"$x\""), ("{{$x = 1}}", "undefined variable \"$x\""),
        ("{{else}}", "unexpected {{else}}"),
        ("{{if true}}x{{else}}y{{else}}z{{end}}", "expected end; found {{else}}"),
        ("{{\"abc}}", "unterminated quoted string"),
        ("{{.a.b.}}", "unexpected <.> in operand"), ("{{(1}}", "unclosed left paren"),
        ("{{1)}}", "unexpected \")\" in command"),
        ("{{|}}", "unexpected \"|\" in command"), ("{{1|2}}", "non executable command in pipeline stage 2"),
        ("{{1.x}}", "bad number syntax: \"1.x\""), ("{{break}}", "{{break}} outside {{range}}"),
        ("{{@}}", "unexpected \"@\" in command"), ("{{ \"\\q\" }}", "invalid syntax"),
        ("{{ 'ab' }}", "malformed character constant: 'ab'"), ("{{/* a }}", "unclosed comment"),
        ("{{/* a */ 1}}", "comment ends before closing delimiter"), ("{{.a{}}", "bad character U+007B '{'"),
        ("{{}}", "missing value for command"), ("{{1 | }}", "missing value for command"),
        ("a\n{{define \"x\"}}", "unexpected EOF"),
        ("{{if 1}}{{define \"x\"}}{{end}}{{end}}", "unexpected <define> in command"),
        ("{{range $a := .}}{{range $b := .}}{{block \"x\" .}}{{foo}}", "function \"foo\" not defined"),
    ])
    func parsingErrors(text: String, message: String) throws {
        let error = #expect(throws: TemplateError.self) { try render(text) }
        let line = text.hasPrefix("a\n") ? 2 : 1
        #expect(error?.description == "template parsing error: template: info:\(line): \(message)")
    }

    @Test func missingFieldsOnRequest() throws {
        let template = try Template(parsing: "{{.a.b}}|{{.Labels.x}}", name: "t")
        #expect(try template.execute(["Labels": [:]], missingFields: .printNoValue) == "<no value>|<no value>")
        #expect(throws: TemplateError.self) { try template.execute(["a": [:]]) }
    }

    @Test func mutatedTemplatesNeverTrap() {
        var random = SeededGenerator(seed: 3)
        let pieces = [
            "{{", "}}", "{{-", "-}}", " ", "if", "range", "end", "else", "with", ".", ".Host", "$", "$x", ":=", "=",
            ",", "|", "(", ")", "\"a\"", "'", "`", "1", "0x", "1e9", "printf", "\"%5d%*s\"", "index", "len", "slice",
            "template", "define", "block", "break", "/*", "*/", "é", "\n", "\\",
        ]
        for _ in 0..<4000 {
            let text = (0..<Int.random(in: 1...14, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            .joined(separator: Bool.random(using: &random) ? " " : "")
            _ = try? render(text)
            _ = try? render("{{" + text + "}}")
            _ = try? OutputFormat(parsing: "table " + text, name: "t").render([Self.data])
        }
        #expect(throws: TemplateError.self) { try render(String(repeating: "{{if 1}}", count: 5000)) }
        #expect(throws: TemplateError.self) { try render("{{" + String(repeating: "(", count: 5000) + "}}") }
    }
}
