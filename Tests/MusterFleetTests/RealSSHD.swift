import Foundation
import Glibc
import MusterCore
import MusterEngine
import MusterSystem
import MusterTesting
import Testing

@testable import MusterFleet

/// A real sshd on loopback addresses, where it is installed: own host key, own configuration, one key that may log in.
final class RealSSHD: Sendable {
    /// Why it does not run.
    struct Failure: Error, CustomStringConvertible { var description: String }

    /// 127.0.0.2 to 127.0.0.21, of which nothing listens on the last two.
    static let addresses = (2...21).map { "127.0.0.\($0)" }
    static let refusing = addresses.suffix(2)
    /// One process listens on 16 addresses at most.
    private static let parts = [addresses[..<9], addresses[9..<18]]

    /// The programs it needs; nil where one is missing.
    static let programs: (sshd: String, keygen: String, ssh: String)? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        func find(_ name: String) -> String? {
            (folders + ["/usr/sbin", "/usr/local/sbin"]).map { "\($0)/\(name)" }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
        }
        guard let sshd = find("sshd"), let keygen = find("ssh-keygen"), let ssh = find("ssh") else { return nil }
        return (sshd, keygen, ssh)
    }()

    static var isInstalled: Bool { programs != nil }

    /// Whether it must not be missing, by `MUSTER_REQUIRE_SSHD=1`.
    static var isRequired: Bool { ProcessInfo.processInfo.environment["MUSTER_REQUIRE_SSHD"] != nil }

    let folder: URL
    let port: UInt16

    private init(_ folder: URL, _ port: UInt16) {
        self.folder = folder
        self.port = port
    }

    /// Runs one for the time of `body`, on a loop of the test's own.
    static func with(_ body: @escaping @Sendable (RealSSHD) async throws -> Void) async throws {
        let programs = try #require(programs)
        let folder = FileManager.default.temporaryDirectory.appending(path: "muster-sshd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What is left of it does no harm.
        defer { try? FileManager.default.removeItem(at: folder) }
        for key in ["hostkey", "key"] {
            let made = try launch(programs.keygen, ["-q", "-t", "ed25519", "-N", "", "-f", key], in: folder)
            try #require(made.waitOnThread().status == 0)
        }
        try FileManager.default.copyItem(
            at: folder.appending(path: "key.pub"), to: folder.appending(path: "authorized_keys"))
        // It needs the folder that its unprivileged part lives in; a package makes it when the service starts.
        if getuid() == 0 { _ = unsafe mkdir("/run/sshd", 0o755) }
        try await Reactor.withLoops(1, name: "test") { loops in
            try await withTaskExecutorPreference(loops[0]) {
                for _ in 0..<5 {
                    let server = RealSSHD(folder, .random(in: 10_000...32_000))
                    try server.configure()
                    var processes: [ChildProcess] = []
                    defer {
                        for process in processes { process.signal(SIGTERM) }
                        for process in processes { _ = process.waitOnThread() }
                    }
                    for part in Self.parts.indices {
                        let file = folder.appending(path: "sshd_config\(part)").path
                        processes.append(try launch(programs.sshd, ["-D", "-e", "-f", file], in: folder))
                    }
                    if await server.accepts(processes) { return try await body(server) }
                }
                let log = (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? ""
                throw Failure(description: "sshd does not start: \(log)")
            }
        }
    }

    private static func launch(_ path: String, _ arguments: [String], in folder: URL) throws -> ChildProcess {
        let log = folder.appending(path: "log").path
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let file = try FileHandle(forWritingTo: URL(filePath: log))
        defer { try? file.close() }
        return try ChildProcess(
            path, arguments, environment: ProcessInfo.processInfo.environment, directory: folder.path,
            output: file.fileDescriptor, error: file.fileDescriptor)
    }

    private func configure() throws {
        for (index, part) in Self.parts.enumerated() {
            let addresses = part.map { "ListenAddress \($0)" }.joined(separator: "\n")
            let server = """
                \(addresses)
                Port \(port)
                HostKey \(folder.path)/hostkey
                PidFile none
                AuthorizedKeysFile \(folder.path)/authorized_keys
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                UsePAM no
                StrictModes no
                PermitRootLogin prohibit-password
                MaxStartups 100:30:400
                PrintMotd no

                """
            try Data(server.utf8).write(to: folder.appending(path: "sshd_config\(index)"))
        }
        let key = try String(contentsOf: folder.appending(path: "hostkey.pub"), encoding: .utf8)
        let known = Self.addresses.map { "[\($0)]:\(port) \(key)" }.joined()
        try Data(known.utf8).write(to: folder.appending(path: "known_hosts"))
        try Data().write(to: folder.appending(path: "unknown_hosts"))
        let client = """
            IdentitiesOnly yes
            IdentityFile \(folder.path)/key
            StrictHostKeyChecking yes
            GlobalKnownHostsFile none
            UserKnownHostsFile \(folder.path)/known_hosts

            """
        try Data(client.utf8).write(to: folder.appending(path: "ssh_config"))
    }

    /// Whether every listening address accepts before one of them ends or a minute is over.
    private func accepts(_ processes: [ChildProcess]) async -> Bool {
        let deadline = SystemClock.now.advanced(by: .seconds(60))
        for last in 2...UInt32(Self.addresses.count + 1 - Self.refusing.count) {
            let endpoint = Endpoint(.v4(0x7F00_0000 + last), port: port)
            var isOpen = false
            while !isOpen, processes.allSatisfy(\.isRunning), SystemClock.now < deadline {
                do throws(SocketFault) {
                    try await Reactor.withSocket(toward: endpoint.address) { socket throws(SocketFault) in
                        try await socket.connect(to: endpoint, until: deadline)
                    }
                    isOpen = true
                } catch {
                    await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(20)))
                }
            }
            guard isOpen else { return false }
        }
        return processes.allSatisfy(\.isRunning)
    }

    /// Hosts on all addresses, `h2` to `h21`.
    var hosts: [FleetHost] {
        Self.addresses.map { address in
            FleetHost(
                name: "h" + address.dropFirst("127.0.0.".count), address: address, user: NSUserName(), port: port)
        }
    }

    /// A way to run a command on them.
    func runner(
        _ command: [String], input: [UInt8]? = nil, options: [String] = [], clock: EngineClock = RealSSHD.clock,
        timeout: Duration? = nil
    ) throws -> SSHRunner {
        var settings = SSHSettings()
        settings.program = try #require(Self.programs).ssh
        settings.configuration = folder.appending(path: "ssh_config").path
        settings.options = options
        return try SSHRunner(settings, command: command, input: input, timeout: timeout, keptBytes: 4_096, clock: clock)
    }

    static let clock = EngineClock(now: { SystemClock.now }, sleep: { await Reactor.sleep(until: $0) })
}
