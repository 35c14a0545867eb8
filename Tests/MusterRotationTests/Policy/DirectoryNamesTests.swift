import MusterTesting
import Testing

@testable import MusterRotation

struct DirectoryNamesTests {
    @Test func `A name is found by its bytes, and names that begin with some by their order`() {
        let names = DirectoryNames(["b", "a.log.2", "a.log", "a.logs", "a.log.10", "é", "a", "a.loh"])
        #expect(names.count == 8)
        #expect(names.contains("a.log") && names.contains("é") && !names.contains("a.lo") && !names.contains("z"))
        // The same letter, decomposed: to a directory another name.
        #expect(!names.contains("e\u{301}"))
        #expect(Array(names.names(withPrefix: "a.log")) == ["a.log", "a.log.10", "a.log.2", "a.logs"])
        #expect(Array(names.names(withPrefix: "")).count == 8)
        #expect(names.names(withPrefix: "e").isEmpty && names.names(withPrefix: "a.log.100").isEmpty)
    }

    @Test func `Nothing is found among no names`() {
        let names = DirectoryNames([])
        #expect(!names.contains("") && names.names(withPrefix: "").isEmpty)
    }

    @Test(arguments: 0..<50) func `It finds what a look at every name finds`(seed: Int) {
        var dice = Dice(seed)
        let all = (0..<60).map { _ in
            String(
                (0..<Int.random(in: 0...4, using: &dice)).map { _ in "ab.\u{FF}1".randomElement(using: &dice) ?? "a" })
        }
        let names = DirectoryNames(all)
        for probe in all + ["a", "b1", ""] {
            #expect(names.contains(probe) == all.contains(probe))
            #expect(Array(names.names(withPrefix: probe)).sorted() == all.filter { $0.hasPrefix(probe) }.sorted())
        }
    }
}
