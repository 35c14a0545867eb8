import Foundation
import MusterTLS
import Testing

@Suite("Forged chains, each with one rule broken")
struct ForgedChainTests {
    private static func texts(_ judgement: ChainJudgement) -> [String] {
        judgement.findings.map { "\($0.problem): \($0.text(now: Lab.now))" }
    }

    private static func pem(_ der: [UInt8]) -> String {
        "-----BEGIN CERTIFICATE-----\n\(base64(der))\n-----END CERTIFICATE-----\n"
    }

    @Test("Each is refused for the rule that it breaks, and what breaks none holds", arguments: ForgedChain.all)
    func verdict(_ forged: ForgedChain) throws {
        var draft = DraftChain()
        forged.change(&draft)
        let certificates = try draft.encoded()
        let judgement = Lab.judge(
            draft.presented.map { certificates[$0] }, forged.asked,
            trust: try TrustStore(pem: Self.pem(certificates[0])))
        #expect(Self.texts(judgement) == forged.findings)
    }

    @Test("There are enough of them, and each is another")
    func enough() throws {
        let broken = ForgedChain.all.filter { !$0.findings.isEmpty }
        #expect(broken.count >= 120)
        #expect(ForgedChain.all.count - broken.count >= 30)
        let titles = Set(ForgedChain.all.map { "\($0.rule) \($0.what) \($0.findings)" })
        #expect(titles.count == ForgedChain.all.count)
    }

    @Test(
        "OpenSSL says the same, but where the table says otherwise",
        .enabled(if: OpenSSL.isKnown, "OpenSSL 3.0, whose opinions the table has, is not installed"))
    func secondOpinion() throws {
        try OpenSSL.inFolder { folder in
            for forged in ForgedChain.all {
                var draft = DraftChain()
                forged.change(&draft)
                let certificates = try draft.encoded().map(Self.pem)
                let holds = try OpenSSL.takes(
                    root: certificates[0], chain: draft.presented.map { certificates[$0] }, forged.asked, in: folder)
                let agrees = holds == forged.findings.isEmpty
                #expect(agrees == (forged.openssl == .same), "\(forged.testDescription): openssl takes it: \(holds)")
            }
        }
    }
}

/// `openssl verify` as clients use it: for servers, with policies, and keys of the strength that muster asks for.
private enum OpenSSL {
    static let path = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Other versions have other opinions.
    static let isKnown: Bool = {
        guard let path else { return false }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = ["version"]
        process.standardOutput = output
        // What cannot be run is not there.
        guard (try? process.run()) != nil else { return false }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.hasPrefix("OpenSSL 3.0.")
    }()

    static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "muster-chains-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    static func takes(root: String, chain: [String], _ asked: ServerName, in folder: URL) throws -> Bool {
        for (name, text) in [("root", root), ("leaf", chain[0]), ("chain", chain.dropFirst().joined())] {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        let process = Process()
        process.executableURL = URL(filePath: try #require(path))
        process.currentDirectoryURL = folder
        let name =
            switch asked {
            case .dns(let name): ["-verify_hostname", name]
            case .ip(let octets): ["-verify_ip", octets.map(String.init).joined(separator: ".")]
            }
        process.arguments =
            ["verify", "-purpose", "sslserver", "-policy", "2.5.29.32.0", "-auth_level", "2", "-attime", "\(Lab.now)"]
            + name
            + ["-no-CApath", "-no-CAstore", "-CAfile", "root", "-untrusted", "chain", "leaf"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
