import Glibc
import MusterSystem
import MusterTesting
import Testing

/// Rotations on a file system of 200 KB that has no room left. It is mounted where nobody else sees it, by unshare(1).
@Suite(.enabled(if: FullDisk.isPossible, "no file system can be mounted here"))
struct FullDiskTests {
    @Test(arguments: [
        "compress\ncreate", "compress\ncopytruncate", "copytruncate",
        "compress\ncreate\ncompresscmd /bin/gzip\ncompressoptions -1",
    ])
    func `Where the logs' disk is full nothing is lost, and with room again all goes on`(directives: String) throws {
        let tree = try FullDisk.rotated(directives, state: "../state")
        #expect(try tree.text("1/status") == "1\n")
        #expect(try tree.text("1/said").contains("disk "))
        #expect(try tree.text("1/said").lowercased().contains("no space left"))
        try check(tree)
    }

    @Test func `Where the state's disk is full no log is touched`() throws {
        let tree = try FullDisk.rotated("compress\ncreate", state: "state")
        #expect(try tree.text("1/status") == "1\n")
        #expect(try tree.text("1/said").lowercased().contains("no space left"))
        #expect(try tree.names(in: "1/disk").filter { $0.contains(".log") } == ["1/disk/a.log", "1/disk/b.log"])
        try check(tree)
    }

    private func check(_ tree: RealTree) throws {
        for run in ["1", "2"] {
            let names = try tree.names(in: "\(run)/disk").filter { $0.contains(".log") }
            #expect(try tree.lines(ofNames: names).sorted().elementsEqual(FullDisk.lines))
            #expect(!names.contains { $0.contains(".muster-") })
        }
        #expect(try tree.text("2/said") == "")
        #expect(try tree.text("2/status") == "0\n")
        #expect(tree.facts("2/disk/a.log.1.gz") != nil || tree.facts("2/disk/a.log.1") != nil)
    }
}

enum FullDisk {
    /// Lines that compress to about half.
    static let lines = Array(1_000_000..<1_010_000)

    static let isPossible = shell("unshare -m mount -t tmpfs -o size=64k tmpfs /tmp", []) == 0

    /// What is there after a run on a full disk, in `1`, and after another one with room, in `2`.
    static func rotated(_ directives: String, state: String) throws -> RealTree {
        let tree = try RealTree([
            RealTree.Entry("disk", .folder), RealTree.Entry("1", .folder), RealTree.Entry("2", .folder),
        ])
        var dice = Dice(7)
        for name in ["a.log", "b.log"] { try tree.add(RealTree.Entry(name, .file(lines: 0))) }
        // In no order, so that they are hard to compress.
        let mixed = lines.shuffled(using: &dice)
        for (name, half) in [("a.log", mixed.prefix(4_000)), ("b.log", mixed.dropFirst(4_000))] {
            try OutputFile.create("\(tree.root)/\(name)").write(Array(half.map { "\($0)\n" }.joined().utf8))
        }
        try tree.write("ROOT/disk/*.log {\nrotate 3\n\(directives)\n}\n", as: "conf")
        let status = shell(
            script, [tree.root, Victim.path, tree.configuration, "\(tree.root)/disk/\(state)"])
        if status != 0 { throw RealTree.Failure(text: "the script ended with \(status)") }
        return tree
    }

    private static let script = """
        cd "$0" && exec unshare -m sh -ec '
        mount -t tmpfs -o size=200k,mode=0700 tmpfs disk
        cp -p a.log b.log disk
        head -c 1000000 /dev/zero >disk/filler 2>/dev/null || true
        for run in 1 2; do
            status=0
            "$1" "$2" "$3" >$run/said 2>&1 || status=$?
            echo $status >$run/status
            rm -f disk/filler
            cp -a disk $run/
        done
        ' sh "$@"
        """

    private static func shell(_ script: String, _ words: [String]) -> Int32 {
        let output = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(output) }
        let child = try? ChildProcess(
            "/bin/sh", ["-c", script] + words, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], output: output,
            error: output)
        return child?.waitOnThread().status ?? 127
    }
}
