import Foundation
import Glibc
import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterProbes

/// Servers of the real world, where they are installed.
enum RealProgram: String, CaseIterable, Sendable {
    case nginx, knotd, unbound, openssl

    /// Where it is, nil where it is not installed.
    var path: String? {
        let folders = (Environment.variable("PATH") ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/sbin", "/usr/local/sbin", "/sbin"]).map { "\($0)/\(rawValue)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    var isInstalled: Bool { path != nil }

    /// The programs that must not be missing, by `MUSTER_REQUIRE_SERVERS=nginx,knotd,unbound`.
    static var required: [String] {
        (Environment.variable("MUSTER_REQUIRE_SERVERS") ?? "").split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }
}

/// A real server that runs as a child process in a folder of its own, on loopback.
struct RealServer: Sendable {
    /// Why it does not run.
    struct Failure: Error, CustomStringConvertible { var description: String }

    let folder: URL
    /// Free when it was started; the first is its own, others as the configuration likes.
    let ports: [UInt16]

    /// Where a file of its folder is.
    func path(of file: String) -> String { folder.appending(path: file).path }

    /// Files by name and arguments for the folder and the ports.
    typealias Configuration =
        @Sendable (_ folder: URL, _ ports: [UInt16]) throws -> (
            files: [String: String], arguments: [String]
        )

    /// Runs a program for the time of `body`, on a loop of the test's own.
    static func run(
        _ program: RealProgram, ports count: Int = 1, _ configuration: @escaping Configuration,
        _ body: @escaping @Sendable (RealServer) async throws -> Void
    ) async throws {
        let path = try #require(program.path)
        let folder = FileManager.default.temporaryDirectory.appending(path: "muster-\(program)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What is left of it does no harm.
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Reactor.withLoops(1, name: "test") { loops in
            try await withTaskExecutorPreference(loops[0]) {
                var lastWords = ""
                // A port that was free a moment ago may be taken by the time the server asks for it.
                for _ in 0..<5 {
                    let server = RealServer(folder: folder, ports: try await freePorts(count))
                    let process = try server.start(path, configuration)
                    defer { end(process) }
                    if await server.accepts(process) { return try await body(server) }
                    lastWords = (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? ""
                }
                throw Failure(description: "\(program) does not start: \(lastWords)")
            }
        }
    }

    private func start(_ path: String, _ configuration: Configuration) throws -> ChildProcess {
        let (files, arguments) = try configuration(folder, ports)
        for (name, text) in files {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return try RealServer.launch(path, arguments, in: folder)
    }

    /// Starts a child process that writes into the folder's `log`.
    static func launch(_ path: String, _ arguments: [String], in folder: URL) throws -> ChildProcess {
        let log = folder.appending(path: "log").path
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let file = try FileHandle(forWritingTo: URL(filePath: log))
        defer { try? file.close() }
        return try ChildProcess(
            path, arguments, environment: ProcessInfo.processInfo.environment, directory: folder.path,
            output: file.fileDescriptor, error: file.fileDescriptor)
    }

    /// Whether every port accepts before the program ends or a minute is over.
    private func accepts(_ process: ChildProcess) async -> Bool {
        let deadline = SystemClock.now.advanced(by: .seconds(60))
        for port in ports {
            let endpoint = Endpoint(.v4(0x7F00_0001), port: port)
            var isOpen = false
            while !isOpen, process.isRunning, SystemClock.now < deadline {
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
        return process.isRunning
    }

    private static func end(_ process: ChildProcess) {
        // A child inherits which signals are blocked where it was started, and that may be all that can be.
        process.signal(SIGKILL)
    }

    /// Ports that nothing listens on, below those that the system gives away by itself.
    private static func freePorts(_ count: Int) async throws -> [UInt16] {
        var ports: [UInt16] = []
        while ports.count < count {
            let endpoint = Endpoint(.v4(0x7F00_0001), port: .random(in: 10_000...32_000))
            guard !ports.contains(endpoint.port) else { continue }
            do throws(SocketFault) {
                try await Listener.withListener(on: endpoint) { _ in ports.append(endpoint.port) }
            } catch {
                guard error == .noPort else { throw error }
            }
        }
        return ports
    }
}

extension RealServer {
    /// A web server: the first port speaks HTTP, the second HTTPS with a certificate of an authority made by openssl.
    static func nginx(tls: Bool, _ body: @escaping @Sendable (RealServer) async throws -> Void) async throws {
        try await run(
            .nginx, ports: tls ? 2 : 1,
            { folder, ports in
                if tls { try makeCertificates(in: folder) }
                let secure =
                    tls
                    ? "listen 127.0.0.1:\(ports[1]) ssl; ssl_certificate leaf.pem; ssl_certificate_key leaf.key;" : ""
                let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
                    "\($0)_temp_path temp/\($0);"
                }
                let text = """
                    daemon off; master_process off; pid nginx.pid; error_log stderr warn;
                    events { worker_connections 64; }
                    http { access_log off; \(temporary.joined(separator: " "))
                      server { listen 127.0.0.1:\(ports[0]); \(secure) root html; server_tokens off;
                        location /fails { return 500; }
                        location /moved { return 302 /health; }
                        location /pieces { ssi on; ssi_types *; }
                        location /closed { return 444; }
                        location /slow { limit_rate 1; } } }
                    """
                return (
                    [
                        "nginx.conf": text, "html/health": "ok\n", "html/pieces": "one<!--# echo var=\"x\" -->two",
                        "html/big": String(repeating: "x", count: 3 << 20),
                        "html/slow": String(repeating: "x", count: 4096),
                        "temp/.keep": "",
                    ],
                    ["-p", folder.path, "-e", "stderr", "-c", folder.appending(path: "nginx.conf").path]
                )
            }, body)
    }

    /// `ca.pem`, `leaf.pem` and `leaf.key` for web1.test and 127.0.0.1.
    private static func makeCertificates(in folder: URL) throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        try Data("subjectAltName=DNS:web1.test,IP:127.0.0.1\n".utf8).write(to: folder.appending(path: "names"))
        let commands = [
            ["req", "-x509"] + key + [
                "-days", "30", "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem", "-addext",
                "keyUsage=critical,keyCertSign",
            ],
            ["req"] + key + ["-subj", "/CN=web1.test", "-keyout", "leaf.key", "-out", "leaf.csr"],
            [
                "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "30", "-extfile", "names", "-out", "leaf.pem",
            ],
        ]
        for arguments in commands {
            let process = try launch(try #require(RealProgram.openssl.path), arguments, in: folder)
            let status = process.waitOnThread().status
            guard status == 0 else {
                throw Failure(description: "openssl \(arguments[0]) ends with \(status)")
            }
        }
    }

    /// A web server over TLS that sends so many session tickets before anything else.
    static func tickets(_ count: Int, _ body: @escaping @Sendable (RealServer) async throws -> Void) async throws {
        try await run(
            .openssl,
            { folder, ports in
                try makeCertificates(in: folder)
                return (
                    [:],
                    [
                        "s_server", "-accept", "127.0.0.1:\(ports[0])", "-cert", "leaf.pem", "-key", "leaf.key", "-www",
                        "-num_tickets", "\(count)",
                    ]
                )
            }, body)
    }

    /// An authoritative server of `muster.test`.
    static func knot(_ body: @escaping @Sendable (RealServer) async throws -> Void) async throws {
        try await run(
            .knotd,
            { folder, ports in
                let text = """
                    server:
                        rundir: "\(folder.path)"
                        listen: [ 127.0.0.1@\(ports[0]) ]
                        udp-workers: 1
                        tcp-workers: 1
                        background-workers: 1
                    log:
                      - target: stderr
                        any: warning
                    database:
                        storage: "\(folder.path)/db"
                    zone:
                      - domain: muster.test
                        storage: "\(folder.path)"
                        file: "zone"
                        zonefile-sync: -1
                        journal-content: none

                    """
                let long = (0..<30).map { "long TXT \"\(String(repeating: "x", count: 90))\($0)\"" }
                let zone = """
                    $ORIGIN muster.test.
                    $TTL 60
                    @ SOA ns1 hostmaster 7 3600 600 86400 60
                    @ NS ns1
                    @ MX 10 mail
                    @ TXT "v=spf1 " "-all"
                    ns1 A 127.0.0.1
                    web1 A 127.0.0.1
                    web1 AAAA ::1
                    mail A 127.0.0.3
                    sub NS ns1.sub
                    sub NS ns2.sub
                    ns1.sub A 127.0.0.4
                    ns2.sub A 127.0.0.5
                    old DNAME new
                    web1.new A 127.0.0.1
                    alias CNAME web1
                    _sip._tcp SRV 0 5 5060 web1
                    back PTR web1
                    \(long.joined(separator: "\n"))

                    """
                return (
                    ["knot.conf": text, "zone": zone, "db/.keep": ""], ["-c", folder.appending(path: "knot.conf").path]
                )
            }, body)
    }

    /// A resolver with data of its own, and a zone that it asks another server for.
    static func unbound(
        asking upstream: Endpoint? = nil, _ body: @escaping @Sendable (RealServer) async throws -> Void
    ) async throws {
        try await run(
            .unbound,
            { folder, ports in
                let stub = upstream.map {
                    "stub-zone:\n    name: \"muster.test\"\n    stub-addr: 127.0.0.1@\($0.port)\n    stub-no-cache: yes\n"
                }
                let text = """
                    server:
                        directory: "\(folder.path)"
                        chroot: ""
                        username: ""
                        pidfile: "\(folder.path)/unbound.pid"
                        interface: 127.0.0.1@\(ports[0])
                        port: \(ports[0])
                        do-daemonize: no
                        do-ip6: no
                        use-syslog: no
                        logfile: ""
                        do-not-query-localhost: no
                        module-config: "iterator"
                        num-threads: 1
                        so-rcvbuf: 0
                        local-zone: "test." nodefault
                        local-zone: "static.test." static
                        local-data: "web1.static.test. 60 A 127.0.0.1"
                        local-data: "web1.static.test. 60 TXT one"
                        local-zone: "refused.test." refuse
                    remote-control:
                        control-enable: no
                    \(stub ?? "")
                    """
                return (["unbound.conf": text], ["-d", "-p", "-c", folder.appending(path: "unbound.conf").path])
            }, body)
    }
}
