import Foundation
import MusterTesting

/// A program in ssh's place: it gets ssh's arguments and runs the command line, the last of them, here. `$host` is the one
/// before.
struct StandInSSH {
    let folder = TemporaryFolder()
    /// Programs that the hosts have beside the system's, by name.
    var programs: [String: String] = [:]

    /// A shell writes them: while a file is open for writing in a process that has other children, nobody can run it.
    var shell: String {
        let ssh = "for word; do host=$line; line=$word; done\nexport host\nexec sh -c \"$line\"\n"
        let bin = folder.path + "/bin"
        var lines = ["mkdir -p \(bin) || exit 9"]
        for (name, text) in programs.merging(["ssh": ssh], uniquingKeysWith: { $1 }) {
            let file = "\(bin)/\(name)"
            lines.append("cat >\(file).$$ <<'END' && chmod 755 \(file).$$ && mv \(file).$$ \(file) || exit 9")
            lines.append("#!/bin/sh\n\(text)\nEND")
        }
        lines.append("PATH=\(bin):/usr/bin:/bin exec \"$0\" \"$@\"")
        return lines.joined(separator: "\n")
    }

    /// Where records are kept.
    var runs: String { folder.path + "/runs" }

    /// The path of an inventory of hosts.
    func inventory(_ hosts: [String]) throws -> String {
        let list = hosts.map { "\"\($0)\"" }.joined(separator: ",")
        return try folder.file("fleet.json", Array(#"{"version":1,"hosts":[\#(list)]}"#.utf8))
    }
}
