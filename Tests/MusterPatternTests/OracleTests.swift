import Foundation
import MusterTesting
import Testing

@testable import MusterPattern

/// Other engines that tell what a pattern finds, where they are installed.
enum PatternOracle: String, CaseIterable, Sendable {
    /// Google's RE2, the reference of the syntax, by a program that is compiled here.
    case re2
    /// Python's `re`, for what it has in common.
    case python

    private static let programs = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Programs/PatternOracles").standardizedFileURL.path

    /// The engines that must not be missing, by `MUSTER_REQUIRE_PATTERN_ORACLES=re2,python`.
    static var required: [String] {
        (ProcessInfo.processInfo.environment["MUSTER_REQUIRE_PATTERN_ORACLES"] ?? "").split(separator: ",").map(
            String.init)
    }

    var isInstalled: Bool {
        switch self {
        case .re2:
            FileManager.default.fileExists(atPath: "/usr/include/re2/re2.h") && Self.find("c++") != nil
        case .python: Self.find("python3") != nil
        }
    }

    private static func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What it answers to patterns and texts, a line each.
    func answers(_ cases: [(pattern: String, text: [UInt8])]) async throws -> [String] {
        let folder = TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        func hex(_ bytes: some Sequence<UInt8>) -> String {
            "-" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        let lines = cases.map { hex($0.pattern.utf8) + " " + hex($0.text) + "\n" }.joined()
        let input = try folder.file("cases", Array(lines.utf8))
        let output = try folder.file("answers", [])
        let errors = try folder.file("errors", [])
        // The shell's standard input is empty; those of what it runs are not.
        let command =
            switch self {
            case .re2:
                #"c++ -std=c++17 -O1 "$0/re2.cc" -lre2 -lpthread -o "$1/re2" && "$1/re2" <"$2" >"$3""#
            case .python: #"exec python3 "$0/python.py" <"$2" >"$3""#
            }
        let file = try FileHandle(forWritingTo: URL(filePath: errors))
        defer { try? file.close() }
        let process = try ChildProcess(
            "/bin/sh", ["-c", command, Self.programs, folder.path, input, output],
            environment: ProcessInfo.processInfo.environment, output: file.fileDescriptor, error: file.fileDescriptor)
        let ending = await process.wait()
        let complaints = try String(contentsOfFile: errors, encoding: .utf8)
        try #require(ending.status == 0 && !ending.isSignal, "\(complaints)")
        let answers = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").map(String.init)
        try #require(answers.count == cases.count)
        return answers
    }
}

@Suite("Agreement with other engines")
struct OracleTests {
    @Test("Engines that have to be here are here")
    func required() {
        for name in PatternOracle.required { #expect(PatternOracle(rawValue: name)?.isInstalled == true, "\(name)") }
    }

    /// What we find; each pattern is read once for the texts that follow each other.
    private struct Own {
        private var last: (text: String, matcher: PatternMatcher)?

        mutating func answer(_ pattern: String, _ text: [UInt8]) throws -> String {
            if last?.text != pattern { last = (pattern, PatternMatcher(try Pattern(pattern, groups: .all))) }
            return last.flatMap { Answer.of($0.matcher, text)?.description } ?? "none"
        }
    }

    @Test(
        "RE2 finds the same matches and groups of random patterns in text",
        .enabled(if: PatternOracle.re2.isInstalled, "libre2-dev or a C++ compiler is not installed"))
    func re2() async throws {
        var random = RandomPattern(1)
        let cases = (0..<1500).flatMap { _ in
            let pattern = random.pattern(depth: 4).text
            return (0..<3).map { (pattern: pattern, text: Array(($0 < 2 ? random.text() : random.runs()).utf8)) }
        }
        var (own, compared) = (Own(), 0)
        for ((pattern, text), answer) in zip(cases, try await PatternOracle.re2.answers(cases)) {
            // It searches byte by byte, so that what is empty can lie in the middle of a character.
            let start = Int(answer.prefix { $0 != "-" }) ?? 0
            if start < text.count, text[start] & 0xc0 == 0x80 { continue }
            compared += 1
            let found = try own.answer(pattern, text)
            #expect(found == answer, "\(pattern) on \(String(decoding: text, as: UTF8.self))")
        }
        #expect(compared > 3_900)
    }

    @Test(
        "RE2 reads every piece of syntax alike",
        .enabled(if: PatternOracle.re2.isInstalled, "libre2-dev or a C++ compiler is not installed"))
    func syntax() async throws {
        let patterns = [
            #"\pN+"#, #"\p{^L}"#, #"[[:^punct:]]+"#, #"[\pL\d-]+"#, #"\07"#, #"\141"#, #"\x{e4}+"#, #"[^\x00-\x7f]+"#,
            "(?U)a+b+?",
            "(?s).+", "(?m)^.$", "(?i)[k-s]+", "(?i)straße", #"\Qa+\E+"#, "a{2", "a{,3}", "a{1,2}{2}", "x**", #"\1"#,
            "(?=a)",
            "[a", "(a", "a)", "[b-a]", "(?i", "(?z)", #"\8"#, #"\C"#, "^*", "$+", "(|a)+", "(a|b|)*c", "(a*)+$", "()*",
            "(?:)",
            "[[:word:]]+", "[]a]+", "[^]a]+", "[a-]+", "[-a]+", #"[\]]"#, #"\pZ"#, #"\p{Lu}+"#, #"[\s\S]"#, "a{1001}",
            "[[:x:]]",
        ]
        let texts = ["", "a", "aab", "a+b\na{2", "Straße ÄÖ 12½", "kKſ\u{212a}sS", "€λ-_ ]^\u{a0}", "aXa{,3}\u{7}"]
        let cases = patterns.flatMap { pattern in texts.map { (pattern: pattern, text: Array($0.utf8)) } }
        var own = Own()
        for ((pattern, text), answer) in zip(cases, try await PatternOracle.re2.answers(cases)) {
            // It takes any byte by \C, and refuses that in nothing else.
            if pattern == #"\C"# { continue }
            let found = (try? own.answer(pattern, text)) ?? "refused"
            #expect(found == answer, "\(pattern) on \(String(decoding: text, as: UTF8.self))")
        }
    }

    /// Whether there is but one way to share a text among the parts of a pattern: Python tries all there are.
    private static func hasOneWay(_ pattern: String) -> Bool {
        let bare = pattern.replacing("(?:", with: "(")
        return !bare.contains("|") && bare.count { "*+?{".contains($0) } < 2
    }

    @Test(
        "Python finds the same matches and groups where it reads patterns alike",
        .enabled(if: PatternOracle.python.isInstalled, "python3 is not installed"))
    func python() async throws {
        var random = RandomPattern(2, isCommon: true)
        let cases = (0..<1500).flatMap { _ in
            let pattern = random.pattern(depth: 4).text
            let texts = Self.hasOneWay(pattern) ? [random.text(), random.runs()] : [random.text()]
            return texts.map { (pattern: pattern, text: Array($0.utf8)) }
        }
        try #require(cases.count > 1_700)
        var own = Own()
        for ((pattern, text), answer) in zip(cases, try await PatternOracle.python.answers(cases)) {
            // Its $ is also the place before the last line feed.
            if pattern.contains("$"), text.last == 10 { continue }
            // Its \B is nowhere in an empty text.
            if pattern.contains(#"\B"#), text.isEmpty { continue }
            // Its \s has the vertical tab as well, which no text has.
            let found = try own.answer(pattern, text)
            #expect(found == answer, "\(pattern) on \(String(decoding: text, as: UTF8.self))")
        }
    }
}
