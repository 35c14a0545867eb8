import ArgumentParser
import MusterRotation
import MusterTesting
import Testing

@testable import muster

@Suite("The name that the program is called by")
struct CalledNameTests {
    @Test(
        "As logrotate, by any path, it is muster logs rotate; else arguments are as they stand",
        arguments: [
            (["muster", "logs", "rotate", "a"], ["logs", "rotate", "a"]),
            (["/usr/bin/muster", "-?"], ["-?"]),
            (["logrotate", "/etc/logrotate.conf"], ["/etc/logrotate.conf"]),
            (["/usr/sbin/logrotate", "-v", "a"], ["-v", "a"]),
            (["./logrotate"], []),
            (["logrotate", "-?"], ["--help"]),
            (["logrotate", "-s", "-?", "--", "-?"], ["-s", "-?", "--", "-?"]),
            (["logrotate", "--state=-?", "-?"], ["--state=-?", "--help"]),
            (["logrotate", "-s", "--", "-?"], ["-s", "--", "--help"]),
            (["logrotate", "-dfs/st", "-vl", "-?", "-dv", "-?"], ["-df", "-s/st", "-v", "-l", "-?", "-dv", "--help"]),
            (["logrotate", "-sdf", "-", "-xs", "--", "-fsx"], ["-sdf", "-", "-xs", "--", "-fsx"]),
            (["logrotate.sh", "a"], ["a"]),
            (["/opt/logrotate/muster", "a"], ["a"]),
            (["mylogrotate", "a"], ["a"]),
            ([""], []),
            ([], []),
        ] as [([String], [String])])
    func arguments(_ words: [String], _ rest: [String]) {
        let isLogrotate = ["logrotate", "/usr/sbin/logrotate", "./logrotate"].contains(words.first ?? "")
        #expect(CalledName.arguments(words) == (isLogrotate ? ["logs", "rotate", "--as-logrotate"] : []) + rest)
    }

    @Test(
        "A link by that name is enough", arguments: [("logrotate", "logrotate [-d]"), ("rotate-logs", "muster <sub")])
    func link(_ name: String, _ usage: String) async throws {
        let folder = TemporaryFolder()
        let ending = try await Program.run(
            ["--help"],
            shell: "ln -s \"$(realpath \"$0\")\" \(folder.path)/\(name) && exec \(folder.path)/\(name) \"$@\"")
        #expect(ending.status == 0)
        #expect(ending.text.contains("USAGE: " + usage))
        withExtendedLifetime(folder) {}
    }

    @Test("The help has the name that was typed")
    func text() {
        let help = "USAGE: muster logs rotate [-d]\nSee 'muster logs rotate --help'"
        #expect(
            CalledName.text(help, calledBy: "/usr/sbin/logrotate") == "USAGE: logrotate [-d]\nSee 'logrotate --help'")
        #expect(CalledName.text(help, calledBy: "muster") == help)
    }

    @Test(
        "The state file is logrotate's only where root calls it so",
        arguments: [
            (true, true, [:], "/var/lib/logrotate/status"),
            (false, true, ["HOME": "/root"], "/var/lib/muster/rotation"),
            (true, false, ["HOME": "/home/a"], "/home/a/.local/state/muster/rotation"),
            (false, false, ["HOME": "/home/a", "XDG_STATE_HOME": "/x"], "/x/muster/rotation"),
            (false, false, ["HOME": "/home/a", "XDG_STATE_HOME": "x"], "/home/a/.local/state/muster/rotation"),
        ] as [(Bool, Bool, [String: String], String)])
    func state(_ isLogrotate: Bool, _ isRoot: Bool, _ variables: [String: String], _ path: String) throws {
        #expect(try DefaultState.path(isLogrotate: isLogrotate, isRoot: isRoot, environment: { variables[$0] }) == path)
    }

    @Test("Without a home there is no usual state file, least of all in the current folder", arguments: ["", "a"])
    func homeless(home: String) throws {
        let fault = #expect(throws: RotationFault.self) {
            try DefaultState.path(isLogrotate: false, isRoot: false, environment: { $0 == "HOME" ? home : nil })
        }
        #expect(fault?.text.contains("write -s FILE, or set HOME") == true)
        let command = try RotateCommand.parse(["-s", "/s/state", "a"])
        #expect(try command.options(isRoot: false, environment: { _ in nil }).statePath == "/s/state")
    }

    @Test(
        "The folders of a default state file are made from the outside in",
        arguments: [
            ("/a/b/c", ["/a", "/a/b"]), ("/c", []), ("muster-rotation.state", []), ("x/y", []),
        ] as [(String, [String])])
    func folders(_ path: String, _ folders: [String]) {
        #expect(DefaultState.folders(of: path) == folders)
    }
}
