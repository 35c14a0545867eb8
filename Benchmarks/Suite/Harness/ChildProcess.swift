import CMusterLimits
import Glibc

/// A program that was started and is to be collected.
struct ChildProcess {
    let identifier: Int32
    private let input: Int32
    private let output: Int32

    /// Starts a program on a core (nil: on any), with pipes to its standard streams.
    init(_ arguments: [String], core: Int32?) throws(BenchmarkFault) {
        var input: Int32 = -1
        var output: Int32 = -1
        let identifier = unsafe Self.withVector(arguments) { vector in
            unsafe lim_spawn(vector, core ?? -1, &input, &output, false)
        }
        guard identifier > 0 else { throw BenchmarkFault("\(arguments[0]) cannot be started", errno: -identifier) }
        self.identifier = identifier
        self.input = input
        self.output = output
    }

    /// What it writes up to its next line end; nil where it has ended.
    func readLine() -> String? {
        var line: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            guard unsafe read(output, &byte, 1) == 1 else { return nil }
            if byte == 10 { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
    }

    /// What it writes until it has ended.
    private func readAll() -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe part.withUnsafeMutableBytes { unsafe read(output, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += part[..<count]
        }
    }

    /// Closes its streams and waits for its end.
    @discardableResult
    func collect() -> lim_usage {
        close(input)
        close(output)
        var usage = lim_usage()
        _ = unsafe lim_collect(identifier, &usage)
        return usage
    }

    /// All that a program writes, without its last line end.
    static func output(of arguments: [String]) throws(BenchmarkFault) -> String {
        let child = try ChildProcess(arguments, core: nil)
        let bytes = child.readAll()
        child.collect()
        return String(decoding: bytes.last == 10 ? bytes.dropLast() : bytes[...], as: UTF8.self)
    }

    /// Runs a program to its end with its output dropped. `core` nil: on any.
    static func run(_ arguments: [String], core: Int32?) throws(BenchmarkFault) -> lim_usage {
        var usage = lim_usage()
        let outcome = unsafe withVector(arguments) { unsafe lim_run($0, core ?? -1, &usage) }
        guard outcome == 0 else { throw BenchmarkFault("\(arguments[0]) cannot be run", errno: -outcome) }
        return usage
    }

    /// The time of day as ISO 8601, to the second.
    static var isoDate: String {
        var text = [CChar](repeating: 0, count: 64)
        let length = unsafe text.withUnsafeMutableBufferPointer { unsafe lim_iso_date($0.baseAddress!, $0.count) }
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Invariant: the vector ends with a null pointer and lives as long as `body` runs.
    static func withVector<R>(
        _ arguments: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R
    ) -> R {
        var vector = unsafe arguments.map { unsafe UnsafePointer<CChar>(strdup($0)) }
        unsafe vector.append(nil)
        defer {
            for index in unsafe vector.indices { unsafe free(UnsafeMutablePointer(mutating: vector[index])) }
        }
        return unsafe vector.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
    }
}
