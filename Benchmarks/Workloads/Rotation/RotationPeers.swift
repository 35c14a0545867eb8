import CMusterLimits
import MusterSystem

/// The programs that are measured, as far as they are there; those that are not are named.
struct RotationPeers {
    /// muster first.
    var found: [ProgramContender] = []
    var notes: [String] = []

    /// `flags` stand before the state file: `-f`, or nothing.
    init(_ place: RotationPlace, flags: [String]) throws {
        let arguments = flags + ["-s", place.state, place.configuration]
        if let muster = try Self.muster(place) {
            found.append(
                ProgramContender(name: "muster", command: [muster, "logs", "rotate"] + arguments, anywhere: true))
            notes.append("muster: muster logs rotate, as many workers as cores.")
        } else {
            notes.append(
                "muster: not measured, there is none beside this program that rotates (swift build -c release).")
        }
        if let logrotate = try Self.logrotate() {
            found.append(ProgramContender(name: "logrotate", command: [logrotate.path] + arguments, anywhere: true))
            notes.append("logrotate: \(logrotate.version), with gzip as a process a log.")
        } else {
            notes.append("logrotate: not measured, it is not installed (apt-get install logrotate).")
        }
    }

    /// Whether everything is there that goals are about.
    var hasMuster: Bool { found.contains { $0.name == "muster" } }

    /// The muster beside this program if it takes a configuration that means no log.
    private static func muster(_ place: RotationPlace) throws -> String? {
        guard let muster = BuiltProgram.muster else { return nil }
        let path = place.folder + "/none.conf"
        try OutputFile.create(path).write(Array("\"\(place.folder)/none.log\" {\n    missingok\n}\n".utf8))
        let usage = try ChildProcess.run(
            [muster, "logs", "rotate", "-s", place.folder + "/none.state", path], core: nil)
        return usage.status == 0 ? muster : nil
    }

    /// Its path, which may be one that only root's shell searches, and what it calls itself.
    private static func logrotate() throws(BenchmarkFault) -> (path: String, version: String)? {
        let told = try ChildProcess.output(of: [
            "sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; command -v logrotate && logrotate --version 2>&1",
        ])
        let lines = told.split(separator: "\n")
        guard lines.count >= 2 else { return nil }
        return (String(lines[0]), String(lines[1]))
    }
}
