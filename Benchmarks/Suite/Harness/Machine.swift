import CMusterLimits
import MusterBenchmarkResults
import MusterSystem

/// What the figures depend on beside the code.
enum Machine {
    static var buildMode: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    static func current() -> BenchmarkMachine {
        // What cannot be read is told as unknown; it changes no figure.
        let processors = (try? FileReading.text("/proc/cpuinfo")) ?? ""
        let model = processors.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
        let kernel = (try? FileReading.text("/proc/sys/kernel/osrelease")) ?? "unknown"
        return BenchmarkMachine(
            cpu: model.map { String($0.trimmed) } ?? "unknown processor", cores: Int(lim_core_count()),
            kernel: String(kernel[...].trimmed), swift: compiler, build: buildMode, loadBefore: lim_load_average())
    }

    /// Where clients and servers are that the suite places.
    static var placement: String {
        lim_core_count() == 1
            ? "Clients and servers share the core." : "Clients are on the first core, servers on the last."
    }

    /// The compiler that made this program.
    private static var compiler: String {
        #if compiler(>=6.4)
            "Swift 6.4 or later"
        #elseif compiler(>=6.3.2)
            "Swift 6.3.2 or later"
        #elseif compiler(>=6.3.1)
            "Swift 6.3.1"
        #elseif compiler(>=6.3)
            "Swift 6.3.0"
        #else
            "Swift 6.2"
        #endif
    }
}

extension Substring {
    /// Without blanks and line ends around it.
    var trimmed: Substring {
        var text = drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
