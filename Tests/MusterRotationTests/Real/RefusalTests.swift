import Glibc
import MusterCore
import MusterRotation
import MusterSystem
import RotationVictim
import Testing

/// What is not rotated on a real disk, beside a log that is.
struct RefusalTests {
    struct Refusal: Sendable, CustomStringConvertible {
        var description: String
        var entries: [RealTree.Entry]
        var text: String
        /// Codes and places, with `ROOT` and `CONF`.
        var faults: [String]
        var needsRoot = false
    }

    typealias Entry = RealTree.Entry

    private static let stanza = " {\nrotate 1\n}\n"

    static let refusals = [
        Refusal(
            description: "a link", entries: [Entry("real"), Entry("a.log", .link(to: "real"))],
            text: "ROOT/a.log\(stanza)", faults: ["unsafe ROOT/a.log"]),
        Refusal(
            description: "a link to nothing", entries: [Entry("a.log", .link(to: "nothing"))],
            text: "ROOT/*.log\(stanza)", faults: ["unsafe ROOT/a.log"]),
        Refusal(
            description: "a file with two names", entries: [Entry("a.log"), Entry("x", .hardLink(of: "a.log"))],
            text: "ROOT/*.log\(stanza)", faults: ["unsafe ROOT/a.log"]),
        Refusal(
            description: "a file with two names that are allowed",
            entries: [Entry("a.log"), Entry("x", .hardLink(of: "a.log"))],
            text: "allowhardlink\nROOT/*.log\(stanza)", faults: []),
        Refusal(
            description: "a pipe", entries: [Entry("a.log", .pipe)], text: "ROOT/*.log\(stanza)",
            faults: ["unsafe ROOT/a.log"]),
        Refusal(
            description: "a folder among logs", entries: [Entry("a.log", .folder)],
            text: "ROOT/*.log\(stanza)", faults: []),
        Refusal(
            description: "a folder that all may write", entries: [Entry("d", .folder, mode: 0o777), Entry("d/a.log")],
            text: "ROOT/d/a.log\(stanza)", faults: ["unsafe ROOT/d"], needsRoot: true),
        Refusal(
            description: "a folder that another group may write",
            entries: [Entry("d", .folder, mode: 0o775, group: 1), Entry("d/a.log"), Entry("d/b.log")],
            text: "ROOT/d/*.log\(stanza)", faults: ["unsafe ROOT/d", "unsafe ROOT/d"], needsRoot: true),
        Refusal(
            description: "a folder that root's group may write",
            entries: [Entry("d", .folder, mode: 0o775), Entry("d/a.log")],
            text: "ROOT/d/*.log\(stanza)", faults: [], needsRoot: true),
        Refusal(
            description: "a folder that all may write, by the name of root",
            entries: [Entry("d", .folder, mode: 0o1777), Entry("d/a.log")],
            text: "su root root\nROOT/d/a.log\(stanza)", faults: ["unsafe ROOT/d"], needsRoot: true),
        Refusal(
            description: "another's folder that a group may write, by the name of root",
            entries: [Entry("d", .folder, mode: 0o775, user: 1, group: 1), Entry("d/a.log")],
            text: "su root root\nROOT/d/a.log\(stanza)", faults: ["unsafe ROOT/d"], needsRoot: true),
        Refusal(
            description: "root's folder that a group may write, by the name of root",
            entries: [Entry("d", .folder, mode: 0o775, group: 1), Entry("d/a.log")],
            text: "su root root\nROOT/d/a.log\(stanza)", faults: [], needsRoot: true),
        Refusal(
            description: "an olddir that all may write",
            entries: [Entry("a.log"), Entry("old", .folder, mode: 0o777)],
            text: "ROOT/a.log {\nrotate 1\nolddir old\n}\n", faults: ["unsafe ROOT/old"], needsRoot: true),
        Refusal(
            description: "a folder that is our own link",
            entries: [Entry("d", .folder), Entry("d/a.log"), Entry("e", .link(to: "d"))],
            text: "ROOT/e/a.log\(stanza)", faults: []),
        Refusal(
            description: "a folder that is a link in another's folder",
            entries: [
                Entry("d", .folder), Entry("d/a.log"), Entry("e", .folder, user: 1), Entry("e/d", .link(to: "../d")),
            ],
            text: "ROOT/e/d/a.log\(stanza)", faults: ["unsafe ROOT/e/d/a.log"], needsRoot: true),
        Refusal(
            description: "a link on the way, in another's folder",
            entries: [
                Entry("d", .folder), Entry("d/f", .folder), Entry("d/f/a.log"), Entry("e", .folder, user: 1),
                Entry("e/d", .link(to: "../d")),
            ],
            text: "ROOT/e/*/f/*.log\(stanza)", faults: ["unsafe ROOT/e/d/f"], needsRoot: true),
        Refusal(
            description: "a missing log", entries: [], text: "ROOT/a.log\(stanza)", faults: ["missing CONF:1"]),
        Refusal(
            description: "a missing folder", entries: [], text: "ROOT/d/*.log\(stanza)", faults: ["missing CONF:1"]),
        Refusal(
            description: "a missing log that may be", entries: [],
            text: "missingok\nROOT/a.log ROOT/d/*.log\(stanza)", faults: []),
        Refusal(
            description: "a log in two stanzas", entries: [Entry("a.log")],
            text: "ROOT/a.log\(stanza)ROOT/a*\(stanza)", faults: ["duplicate CONF:4"]),
        Refusal(
            description: "a missing olddir", entries: [Entry("a.log")],
            text: "ROOT/a.log {\nrotate 1\nolddir old\n}\n", faults: ["missing ROOT/a.log"]),
        Refusal(
            description: "a rotated name that a folder has",
            entries: [Entry("a.log"), Entry("a.log.1", .folder), Entry("a.log.2", .folder)],
            text: "ROOT/a.log\(stanza)", faults: []),
        Refusal(
            description: "a file as olddir", entries: [Entry("a.log"), Entry("old")],
            text: "ROOT/a.log {\nrotate 1\nolddir old\n}\n", faults: ["disk ROOT/old"]),
        Refusal(
            description: "a configuration that another user owns, in a folder",
            entries: [Entry("a.log"), Entry("d", .folder), Entry("d/c", user: 1)],
            text: "include ROOT/d\n", faults: ["unsafe ROOT/d/c"], needsRoot: true),
    ]

    @Test(arguments: refusals.filter { !$0.needsRoot || Accounts.effectiveUser == 0 })
    func `What is refused has its fault, and all else is rotated`(refusal: Refusal) async throws {
        let tree = try RealTree(refusal.entries + [Entry("else")])
        try tree.write(refusal.text + "ROOT/else {\nrotate 1\n}\n", as: "conf")
        #expect(try await Self.faults(tree) == refusal.faults)
        #expect(tree.facts("else") == nil)
        #expect(tree.facts("else.1") != nil)
        let isRefused = refusal.faults.contains { !$0.hasPrefix("missing CONF") && !$0.hasPrefix("duplicate") }
        if isRefused { #expect(try tree.names().filter { $0 != "else.1" } == refusal.entries.map(\.path).sorted()) }
    }

    @Test(.enabled(if: Accounts.effectiveUser == 0, "only root can give files away"))
    func `Behind the name of a configuration that another user owns nothing is rotated`() async throws {
        let tree = try RealTree([Entry("c", user: 1), Entry("before"), Entry("else")])
        try tree.write("ROOT/before\(Self.stanza)include ROOT/c\nROOT/else\(Self.stanza)", as: "conf")
        #expect(try await Self.faults(tree) == ["unsafe ROOT/c", "left_out CONF:5"])
        #expect(try tree.names() == ["before.1", "c", "else"])
    }

    /// Root may read all.
    @Test(.enabled(if: Accounts.effectiveUser != 0, "root may read all folders"))
    func `A folder that may not be read is told`() async throws {
        let tree = try RealTree([Entry("d", .folder), Entry("d/a.log"), Entry("else")])
        #expect(unsafe chmod(tree.root + "/d", 0) == 0)
        defer { _ = unsafe chmod(tree.root + "/d", 0o700) }
        try tree.write("ROOT/d/*.log\(Self.stanza)ROOT/d/a.log\(Self.stanza)ROOT/else {\nrotate 1\n}\n", as: "conf")
        #expect(try await Self.faults(tree) == ["unreadable ROOT/d", "unreadable ROOT/d/a.log"])
        #expect(tree.facts("else.1") != nil)
    }

    private static func faults(_ tree: RealTree) async throws -> [String] {
        try await RealRotation(tree.configuration, tree.state).run().allFaults.map { fault in
            let place = fault.location.replacing(tree.root, with: "ROOT").replacing(tree.configuration, with: "CONF")
            return "\(fault.code) \(place)"
        }
    }
}
