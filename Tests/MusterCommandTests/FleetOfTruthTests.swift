import Foundation
import MusterTesting
import Testing

/// The program of `Tests/Truth`, which plants fleets in network namespaces and judges muster by them.
private enum FleetOfTruth {
    static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Truth/truth.py").standardizedFileURL.path

    /// Whether it must not be missing, by `MUSTER_REQUIRE_NAMESPACES=1`.
    static var isRequired: Bool { ProcessInfo.processInfo.environment["MUSTER_REQUIRE_NAMESPACES"] == "1" }

    /// Runs it with the muster that was built beside these tests, or where another is named with that.
    static func run(_ arguments: [String]) async throws -> Program.Ending {
        try await Program.run(
            arguments, environment: ["TRUTH": script, "PYTHONDONTWRITEBYTECODE": "1"],
            shell: #"exec python3 "$TRUTH" --muster "$0" "$@""#)
    }

    /// A checker that finds everything up.
    static let liar = URL(filePath: script).deletingLastPathComponent().appending(path: "liar.py").path

    /// Whether Python, its programs and namespaces are here.
    static func isPossible() async -> Bool {
        // No ending is as good as a bad one.
        guard let ending = try? await run(["--lacking"]) else { return false }
        return ending.status == 0 && !ending.isSignal
    }
}

@Suite("Fleets of truth")
struct FleetOfTruthTests {
    @Test("What fleets of truth need is here where it has to be")
    func required() async { #expect(await FleetOfTruth.isPossible() || !FleetOfTruth.isRequired) }

    @Test(
        "Random fleets in namespaces are judged as they were planted, however muster is disturbed",
        .enabled("python3, ip, nft or namespaces are missing") { await FleetOfTruth.isPossible() })
    func seeds() async throws {
        let ending = try await FleetOfTruth.run(["--seeds", "1-6", "--lanes", "3"])
        #expect(ending.status == 0, "\(ending.text)\(ending.complaints)")
        #expect(ending.text.contains(" 0 false verdicts"))
    }

    @Test(
        "A checker that finds everything up is found out",
        .enabled("python3, ip, nft or namespaces are missing") { await FleetOfTruth.isPossible() })
    func liar() async throws {
        let ending = try await FleetOfTruth.run(["--muster", FleetOfTruth.liar, "--seed", "4"])
        #expect(ending.status == 1, "\(ending.text)\(ending.complaints)")
        #expect(ending.text.contains("is down tcp.refused, told up"))
    }
}
