import CMusterLimits
import Glibc
import MusterSystem

/// The logs that are measured with: made once and kept in a folder, by kind, size and seed.
struct LogData: Sendable {
    enum Kind: String, Sendable {
        case combined, json

        fileprivate var raw: lim_log_kind { self == .combined ? LIM_COMBINED : LIM_JSON }
    }

    private static let seed: UInt64 = 1
    /// Changes with the generator, so that a file of another one is not taken for its own.
    private static let edition = 1

    var folder: String
    var megabytes: [Kind: Int]

    /// The path of a log, which is made where it is not there.
    func path(_ kind: Kind) throws(BenchmarkFault) -> String {
        let size = megabytes[kind] ?? 1
        return try make("\(kind.rawValue)-\(size)MB", least: size * 1_000_000) { path throws(BenchmarkFault) in
            let outcome = unsafe lim_generate_log(kind.raw, UInt64(size) * 1_000_000, Self.seed, path)
            guard outcome == 0 else { throw BenchmarkFault("\(path) cannot be written", errno: -outcome) }
        }
    }

    /// The same log compressed by gzip.
    func compressedPath(_ kind: Kind) throws(BenchmarkFault) -> String {
        let plain = try path(kind)
        return try make("\(kind.rawValue)-\(megabytes[kind] ?? 1)MB.gz", least: 1) { path throws(BenchmarkFault) in
            let usage = try ChildProcess.run(["sh", "-c", "gzip -6 -c \"$0\" > \"$1\"", plain, path], core: nil)
            guard usage.status == 0 else { throw BenchmarkFault("\(path) cannot be written by gzip") }
        }
    }

    /// Where something may be put.
    func scratch(_ name: String) -> String { "\(folder)/\(name)" }

    /// Under another name until it is whole. `least`: bytes that it has at least.
    private func make(
        _ name: String, least: Int, _ write: (String) throws(BenchmarkFault) -> Void
    ) throws(BenchmarkFault) -> String {
        let path = "\(folder)/\(name).edition-\(Self.edition).seed-\(Self.seed)"
        let whole = path + (name.hasSuffix(".gz") ? ".gz" : ".log")
        if let facts = try? FileFacts.of(whole), facts.size >= least { return whole }
        Progress.show("making \(whole)")
        try write(path)
        guard unsafe rename(path, whole) == 0 else {
            throw BenchmarkFault("\(whole) cannot be written", errno: errno)
        }
        return whole
    }
}
