import MusterCore
import Testing

private func object(_ members: (String, Setting)...) -> Setting {
    .object(members.map { Setting.Member($0.0, $0.1) })
}

@Suite("Settings and their faults")
struct SettingsTests {
    @Test(
        "the nearest word is the one that was meant",
        arguments: [
            ("shh", ["ssh", "dns"], "ssh"), ("tiemout", ["timeout", "attempts"], "timeout"),
            ("TIMEOUT", ["timeout"], "timeout"),
            ("atempts", ["timeout", "attempts"], "attempts"), ("xyz", ["timeout"], nil), ("", ["a"], "a"),
            ("a", [], nil),
            ("hosts", ["host", "hosts"], "host"), ("port", ["port"], nil), ("ftp", ["tcp"], nil),
            ("code", ["body"], nil), ("statuses", ["status"], "status"), ("expects", ["expect", "send"], "expect"),
            ("é", ["e"], "e"),
            (String(repeating: "a", count: 65), [String(repeating: "a", count: 65)], nil),
        ] as [(String, [String], String?)])
    func nearest(word: String, candidates: [String], expected: String?) {
        #expect(NearestWord.of(word, among: candidates) == expected)
    }

    @Test("the hint lists what is known where nothing is near")
    func hints() {
        #expect(NearestWord.hint("shh", among: ["ssh"]) == "did you mean \"ssh\"?")
        #expect(NearestWord.hint("zzzzzz", among: ["ssh", "dns"]) == "known: dns, ssh")
        #expect(NearestWord.hint("zzzzzz", among: []).isEmpty)
    }

    @Test("a reader reads what is there and is silent about it")
    func reads() throws {
        let log = FaultLog()
        let reader = SettingsReader(
            object(
                ("s", .string("x")), ("b", .bool(true)), ("i", .integer(7)), ("d", .string("2s")),
                ("t", .string("{name}")),
                ("p", .integer(22)), ("q", .string("{port}")), ("l", .list([.string("a"), .string("b")])),
                ("one", .string("a")),
                ("o", object(("k", .integer(1)))), ("n", .null)), at: "a.json: x", log: log)
        #expect(reader.string("s") == "x")
        #expect(reader.bool("b") == true)
        #expect(reader.integer("i", in: 1...9) == 7)
        #expect(reader.duration("d") == .seconds(2))
        #expect(reader.template("t")?.segments == [.name])
        #expect(reader.port("p")?.constant == "22")
        #expect(reader.port("q")?.variables == ["port"])
        #expect(reader.strings("l")?.map(\.text) == ["a", "b"])
        #expect(reader.strings("l")?.map(\.location) == ["a.json: x.l[0]", "a.json: x.l[1]"])
        #expect(reader.strings("one", orSingle: true)?.map(\.text) == ["a"])
        let inner = try #require(reader.object("o"))
        #expect(inner.integer("k", in: 0...1) == 1)
        inner.finish()
        #expect(reader.value("n") == nil)
        #expect(reader.string("missing") == nil)
        reader.finish()
        #expect(log.isEmpty)
        #expect(log.knownKeys["a.json: x.o"] == ["k"])
        #expect(log.knownKeys["a.json: x"]?.contains("missing") == true)
    }

    @Test("a reader names the place of every fault and what to write")
    func faults() {
        let log = FaultLog()
        let reader = SettingsReader(
            object(
                ("s", .integer(1)), ("b", .string("yes")), ("i", .number(1.5)), ("j", .integer(99)),
                ("d", .string("2")),
                ("e", .string("2h")), ("t", .string("{")), ("p", .integer(70_000)), ("l", .string("a")),
                ("m", .list([.integer(1)])), ("o", .list([])), ("sx", .null), ("a b", .null)), at: "a.json:", log: log)
        _ = (reader.string("s"), reader.bool("b"), reader.integer("i", in: 1...9), reader.integer("j", in: 1...9))
        _ = (reader.duration("d"), reader.duration("e", limit: .seconds(600)), reader.template("t"), reader.port("p"))
        _ = (reader.strings("l"), reader.strings("m"), reader.object("o"))
        reader.require("need", "\"need\": 1")
        reader.finish()
        #expect(
            log.lines == [
                "a.json: s: expected a string, found a number",
                "a.json: b: expected true or false, found a string",
                "a.json: i: expected a whole number, found a number",
                "a.json: j: 99 is out of range; write a number from 1 to 9",
                "a.json: d: \"2\" is no duration; write for example \"250ms\", \"2s\" or \"1m\", at most 24h00m",
                "a.json: e: \"2h\" is no duration; write for example \"250ms\", \"2s\" or \"1m\", at most 10m00s",
                "a.json: t: \"{\" is never closed; write {name}, {address}, {variable}, or \"{{\" for the character itself",
                "a.json: p: not a port; write a number from 1 to 65535 or a variable such as \"{ssh_port}\"",
                "a.json: l: expected a list [ … ], found a string",
                "a.json: m[0]: expected a string, found a number",
                "a.json: o: expected an object { … }, found a list",
                "a.json: \"need\" is missing; write \"need\": 1",
                "a.json: sx: unknown key; did you mean \"s\"?",
                "a.json: \"a b\": unknown key; known: b, d, e, i, j, l, m, o, p, s, t",
            ])
    }

    @Test("a log keeps a hundred faults, makes no texts beyond them, and counts the rest")
    func limit() {
        let log = FaultLog()
        var made = 0
        func hint(_ number: Int) -> String {
            made += 1
            return "fault \(number)"
        }
        for number in 0..<123 { log.add(.malformed, at: "a", hint(number)) }
        #expect(made == 100)
        #expect(log.faults.count == 100)
        #expect(log.omitted == 23)
        #expect(log.lines.count == 101)
        #expect(log.lines.last == "and 23 more")
    }

    @Test("a fault's text is safe on a terminal and not endless")
    func printable() {
        let fault = InventoryFault(.badValue, at: "a:", "\u{1b}[31m\u{7}\u{202e}é\n")
        #expect(fault.text == "a: \\u{1b}[31m\\u{7}\\u{202e}é\\u{a}")
        let long = InventoryFault(.badValue, at: "a", String(repeating: "x", count: 5_000))
        #expect(long.text == "a: " + String(repeating: "x", count: 400) + "…")
    }
}
