import MusterCore
import Testing

@Suite("Numbers of bytes")
struct SizeTests {
    @Test(
        "are powers of 1024, and as great as they are written",
        arguments: [
            ("512", 512), ("1K", 1_024), ("1.5mb", 1_572_864), ("2GiB", 2 << 30), ("1000TB", 1_000 << 40),
            ("2000TB", 2_000 << 40), ("8388608TB", .max), ("99999999999999999999TB", .max), ("TB", nil), ("1PB", nil),
            ("-1", nil), ("1 KB", nil), ("", nil),
        ] as [(String, Int?)])
    func parse(_ text: String, _ bytes: Int?) {
        #expect(ByteCount.parse(text) == bytes)
    }

    @Test(
        "are told in the greatest unit that they are whole in",
        arguments: [
            (1, "1 byte"), (0, "0 bytes"), (1_023, "1023 bytes"), (1_024, "1KB"), (1_536, "1536 bytes"),
            (64 << 20, "64MB"), (3 << 40, "3TB"), (1 << 60, "1048576TB"),
        ])
    func text(_ bytes: Int, _ text: String) {
        #expect(ByteCount.text(bytes) == text)
    }

    @Test("Names that are known are told each once, and how many more there are")
    func names() {
        let names = (10..<40).map { "name-of-\($0)" }
        let hint = NearestWord.hint("zz", among: names + names)
        #expect(hint == "known: " + names.prefix(24).joined(separator: ", ") + " and 6 more")
        #expect(NearestWord.hint("zz", among: Array(names.prefix(24))).hasSuffix(", name-of-33"))
        #expect(NearestWord.hint("zz", among: (0..<3_000).map { "name-of-\($0)" }).hasSuffix(" and 2976 more"))
    }
}
