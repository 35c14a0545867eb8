import MusterCore
import MusterLab
import MusterText
import Subprocess
import SystemPackage

/// The lab as a second process of ours, so that it does not share the loops it is to test.
enum LabProcess {
    /// What the inventory plants. Errors: a ``Complaint`` with everything that the lab cannot serve.
    static func expectation(_ inventory: Inventory) throws -> LabExpectation {
        do throws(LabPlanFaults) {
            return try LabExpectation(inventory)
        } catch {
            throw Complaint(error.faults)
        }
    }

    /// What the lab says when it is ready: one line of JSON.
    static func readyLine(_ ready: LabReady) -> String {
        var bytes: [UInt8] = []
        var writer = JSONWriter(taking: &bytes)
        writer.setting(.object([.init("root", .string(ready.rootCertificatePEM))]))
        writer.give(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Runs a lab for the inventory file while `body` runs, and gives it the lab's root certificate (PEM).
    static func withLab(_ path: String, _ body: (String) async throws -> Void) async throws {
        // The lab ends when its standard input does, so it cannot outlive us, however we end.
        let result = try await Subprocess.run(
            .path("/proc/self/exe"), arguments: ["lab", "--attached", "--", path], input: .inputWriter,
            output: .sequence,
            error: .currentStandardError
        ) { execution -> (any Error)? in
            var line: [UInt8] = []
            for try await chunk in execution.standardOutput {
                unsafe chunk.withUnsafeBytes { unsafe line.append(contentsOf: Array($0)) }
                if line.contains(10) { break }
            }
            guard let root = root(in: line) else { return Complaint("the lab did not start") }
            var failure: (any Error)?
            do {
                try await body(root)
            } catch {
                failure = error
            }
            // That it has already gone is no fault of the run.
            try? await execution.standardInputWriter.finish()
            return failure
        }
        if let failure = result.closureResult { throw failure }
    }

    private static func root(in line: [UInt8]) -> String? {
        let log = FaultLog()
        guard let end = line.firstIndex(of: 10),
            case .object(let members)? = JSONReader.read(Array(line[..<end]), source: "lab", log: log),
            case .string(let text)? = members.first(where: { $0.name == "root" })?.value
        else { return nil }
        return text
    }
}
