import MusterCore
import MusterTesting
import Testing

@Suite("Range patterns")
struct RangePatternTests {
    @Test(
        "stand for the texts they name, the last range fastest",
        arguments: [
            ("web1.example", ["web1.example"]), ("", [""]), ("web[1:3]", ["web1", "web2", "web3"]),
            ("web[08:11].a", ["web08.a", "web09.a", "web10.a", "web11.a"]), ("web[0:2]", ["web0", "web1", "web2"]),
            ("n[:2]", ["n0", "n1", "n2"]), ("n[0:10:5]", ["n0", "n5", "n10"]), ("n[0:11:5]", ["n0", "n5", "n10"]),
            ("n[001:002]", ["n001", "n002"]), ("[a:c]", ["a", "b", "c"]), ("r[A:C:2]", ["rA", "rC"]),
            ("x[7:7]y", ["x7y"]),
            ("[0:1].[1:3]", ["0.1", "0.2", "0.3", "1.1", "1.2", "1.3"]), ("[a:b][1:2]", ["a1", "a2", "b1", "b2"]),
            ("é[1:2]ü", ["é1ü", "é2ü"]), ("n[99:101]", ["n99", "n100", "n101"]),
        ])
    func expands(source: String, texts: [String]) throws {
        let pattern = try RangePattern(source)
        #expect(pattern.count == texts.count)
        #expect((0..<pattern.count).map { pattern.text(at: $0) } == texts)
        #expect(pattern.source == source)
    }

    @Test(
        "say what is wrong with them",
        arguments: [
            ("web[1:3", "\"[\" is never closed; write a range as [1:20]"),
            ("web1:3]", "\"]\" without \"[\"; write a range as [1:20]"),
            ("web]", "\"]\" without \"[\"; write a range as [1:20]"),
            ("web[1:3]]", "\"]\" without \"[\"; write a range as [1:20]"),
            ("web[1]", "[1] is no range; write [1:20], [01:20], [a:f] or [0:100:10]"),
            ("web[]", "[] is no range; write [1:20], [01:20], [a:f] or [0:100:10]"),
            ("web[1-3]", "[1-3] is no range; write [1:20], [01:20], [a:f] or [0:100:10]"),
            ("web[1:]", "[1:] is no range; write [1:20], [01:20], [a:f] or [0:100:10]"),
            ("web[1:b]", "[1:b] is no range; write [1:20], [01:20], [a:f] or [0:100:10]"),
            ("web[-1:3]", "[-1:3] is no range; write [1:20], [01:20], [a:f] or [0:100:10]"),
            ("web[1:2:3:4]", "[1:2:3:4] is no range; write [1:20], [01:20], [a:f] or [0:100:10]"),
            ("web[aa:bb]", "[aa:bb] is no range; write [1:20], [01:20], [a:f] or [0:100:10]"),
            ("web[3:1]", "[3:1] is empty; write the lower number first"),
            ("web[c:a]", "[c:a] is empty; write the lower letter first"),
            ("web[a:C]", "[a:C] is empty; write the lower letter first"),
            ("web[A:c]", "[A:c] is empty; write the lower letter first"),
            ("web[1:3:0]", "[1:3:0] has no step above 0; write for example [0:100:10]"),
            ("web[1:3:x]", "[1:3:x] has no step above 0; write for example [0:100:10]"),
            ("web[01:100]", "[01:100] has a leading zero, so both ends need the same number of digits"),
            ("web[1:9999999999999]", "[1:9999999999999] is no range; write [1:20], [01:20], [a:f] or [0:100:10]"),
            ("web[1:100000001]", "stands for more than 100000000 hosts; make the range smaller"),
            ("[0:99999][0:99999]", "stands for more than 100000000 hosts; make the range smaller"),
            ("[0:99999999999][0:99999999999]", "stands for more than 100000000 hosts; make the range smaller"),
        ])
    func refuses(source: String, hint: String) {
        #expect {
            try RangePattern(source)
        } throws: { error in
            (error as? RangePattern.Fault)?.hint == hint
        }
    }

    @Test("hold a hundred million without writing them out")
    func large() throws {
        let pattern = try RangePattern("h[00000000:99999999].example")
        #expect(pattern.count == RangePattern.limit)
        #expect(pattern.text(at: 0) == "h00000000.example")
        #expect(pattern.text(at: 12_345_678) == "h12345678.example")
        #expect(pattern.text(at: pattern.count - 1) == "h99999999.example")
    }

    @Test("agree with loops written out, for random ranges", arguments: 0..<100)
    func agrees(seed: Int) throws {
        var dice = Dice(seed)
        var source = "a"
        var texts = ["a"]
        for _ in 0..<Int.random(in: 0...3, using: &dice) {
            let first = Int.random(in: 0...120, using: &dice)
            let last = first + Int.random(in: 0...9, using: &dice)
            let step = Int.random(in: 1...4, using: &dice)
            source += "[\(first):\(last):\(step)]-"
            texts = texts.flatMap { text in stride(from: first, through: last, by: step).map { "\(text)\($0)-" } }
        }
        let pattern = try RangePattern(source)
        #expect((0..<pattern.count).map { pattern.text(at: $0) } == texts)
    }

    @Test("survive random text without a crash")
    func randomText() {
        var dice = Dice(3)
        let letters = Array("[[]]::019azAZ-é")
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0...16, using: &dice)).map { _ in letters.randomElement(using: &dice) ?? "x" })
            guard let pattern = try? RangePattern(text) else { continue }  // most are none
            #expect(pattern.count > 0)
            _ = (pattern.text(at: 0), pattern.text(at: pattern.count - 1))
        }
    }
}
