import LinuxSystem
import ProgressEvents
import Testing

@testable import CommandLineInterface

@Suite struct BuildScreenTests {
    private static let builder = ProgressEvent.Stage(name: "builder", position: "1/2")
    private static let only = ProgressEvent.Stage(name: "0", position: nil)

    private func texts(_ lines: [BuildScreen.Line]) -> [String] {
        lines.map { $0.drawn(columns: 40, hasColor: false) }
    }

    private func output(_ id: Int, _ text: String) -> ProgressEvent {
        .stepOutput(id: id, stream: .standardOutput, bytes: Array(text.utf8))
    }

    @Test func runningStepsShowTheirLastLinesAndFinishedOnesAreFolded() {
        var screen = BuildScreen(tailLines: 2)
        #expect(screen.live(rows: 10, now: 0).isEmpty)
        let start = ProgressEvent.stepStarted(id: 1, index: 2, of: 5, text: "RUN make", stage: Self.builder)
        #expect(screen.take(start, platform: nil, now: 1000).isEmpty)
        _ = screen.take(
            .stepStarted(id: 2, index: 1, of: 3, text: "RUN a\nb", stage: Self.only), platform: nil, now: 1500)
        _ = screen.take(output(1, "one\ntwo\nthree\n"), platform: nil, now: 1600)
        #expect(
            texts(screen.live(rows: 10, now: 3450)) == [
                "[builder 2/5] RUN make  2.4s", "    two", "    three", "[1/3] RUN a …  1.9s",
            ])
        #expect(
            texts(screen.take(.stepDone(id: 1, layer: "x"), platform: nil, now: 66_000)) == [
                "[builder 2/5] RUN make  1m05s"
            ])
        #expect(
            texts(screen.take(.stepCached(id: 2, image: "y", isLast: false), platform: nil, now: 66_000)) == [
                "[1/3] RUN a …  CACHED"
            ])
        #expect(!screen.isBusy)
    }

    @Test func aFailedStepLeavesItsLastLines() {
        var screen = BuildScreen()
        _ = screen.take(.stepStarted(id: 1, index: 1, of: 1, text: "RUN x", stage: Self.only), platform: nil, now: 0)
        for number in 1...50 { _ = screen.take(output(1, "line \(number)\n"), platform: nil, now: 0) }
        let lines = texts(screen.take(.stepFailed(id: 1), platform: nil, now: 200))
        #expect(lines.first == "[1/1] RUN x  FAILED 0.2s")
        #expect(lines.count == 23)
        #expect(lines[1] == "    line 31")
        #expect(lines[20] == "    line 50")
        #expect(
            lines[21...] == ["To get all of its output: --progress pl…", "To get a shell where it failed: --on-er…"])
    }

    @Test(arguments: 1...12) func noMoreRowsThanThereAre(rows: Int) {
        var screen = BuildScreen()
        for id in 1...5 {
            _ = screen.take(
                .stepStarted(id: id, index: id, of: 5, text: "RUN \(id)", stage: Self.only), platform: nil, now: 0)
            _ = screen.take(output(id, "a\nb\nc\n"), platform: nil, now: 0)
        }
        _ = screen.take(.blobStarted(digest: "sha256:abc", kind: .layer, size: 10), platform: nil, now: 0)
        let lines = screen.live(rows: rows, now: 0)
        #expect(lines.count <= rows)
        if rows < 6 { #expect(lines.last?.text.hasPrefix("… and ") == true) }
    }

    @Test func noLineIsLongerThanARow() {
        let texts = [
            "RUN " + String(repeating: "x", count: 300), "RUN " + String(repeating: "漢字", count: 40), "é", "👩‍👩‍👧", "",
        ]
        for text in texts {
            for columns in 1...90 {
                for status in ["", "1m05s"] {
                    let line = BuildScreen.Line(text: text, status: status).drawn(columns: columns, hasColor: false)
                    #expect(DisplayText.width(line) <= columns)
                }
            }
        }
    }

    @Test(arguments: [
        ("\u{1B}[32mgreen\u{1B}[0m", "green"), ("10%\r20%\r30%\r", "30%"), ("a\tb", "a b"),
        ("\u{1B}]0;title\u{07}text", "text"), ("\u{1B}]8;;http://x\u{1B}\\link", "link"), ("\u{1B}(Bx\u{1B}c", "x"),
        ("bell\u{07}\u{08}", "bell"), ("\u{9B}31mc1\u{85}", "c1"), ("\u{1B}[", ""), ("\u{202E}", "\\u202e"),
    ]) func controlCharactersHaveNoEffect(line: String, shown: String) {
        #expect(DisplayText.visible(line) == shown)
    }

    @Test func linesOfStepsThatRunAtOnceHaveAPrefix() {
        let prefixes = StepPrefixes()
        func prefixed(_ id: Int, _ text: String) -> String {
            String(decoding: prefixes.prefixed(id, Array(text.utf8)), as: UTF8.self)
        }
        prefixes.begin(1, StepPrefixes.prefix(2, 5, Self.builder, platform: nil))
        #expect(prefixed(1, "a\nb") == "a\nb")
        prefixes.begin(2, StepPrefixes.prefix(1, 3, Self.only, platform: "linux/arm64"))
        #expect(prefixed(1, "a\n\nb") == "[builder 2/5] a\n[builder 2/5] \n[builder 2/5] b\n")
        #expect(prefixed(2, "c\n") == "[linux/arm64 1/3] c\n")
        #expect(prefixes.end(1) == "[builder 2/5] ")
        #expect(prefixed(2, "c\n") == "c\n")
        #expect(prefixes.end(2) == "")
    }

    @Test func eventsAsJSON() {
        let time = "\"time\":\"1970-01-01T00:00:00Z\"}\n"
        func line(_ event: ProgressEvent) -> String {
            BuildEventJSON.line(event, nil, at: .init(seconds: 0, nanoseconds: 0))
        }
        #expect(
            line(.stepStarted(id: 3, index: 2, of: 5, text: "RUN x", stage: Self.builder))
                == "{\"event\":\"stepStarted\",\"id\":3,\"index\":2,\"of\":5,\"text\":\"RUN x\",\"stage\":\"builder\","
                + "\"stagePosition\":\"1/2\"," + time)
        #expect(
            line(output(3, "é\u{1B}\n")).hasPrefix(
                "{\"event\":\"stepOutput\",\"id\":3,\"stream\":\"stdout\",\"text\":\"é"))
        #expect(
            line(.stepOutput(id: 3, stream: .standardError, bytes: [0xFF]))
                == "{\"event\":\"stepOutput\",\"id\":3,\"stream\":\"stderr\",\"base64\":\"/w==\"," + time)
        #expect(line(.stepDone(id: 3, layer: nil)) == "{\"event\":\"stepDone\",\"id\":3," + time)
        #expect(line(.warning("w")) == "{\"event\":\"warning\",\"text\":\"w\"," + time)
    }
}
