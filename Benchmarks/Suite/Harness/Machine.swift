import CMusterLimits
import MusterCore
import MusterSystem

/// What the figures depend on beside the code.
struct Machine: Sendable {
    var date: String
    var processor: String
    var cores: Int
    var kernel: String
    var swift: String
    var loadAverage: Double

    static var buildMode: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    static func current() -> Machine {
        // What cannot be read is told as unknown; it changes no figure.
        let processors = (try? FileReading.text("/proc/cpuinfo")) ?? ""
        let model = processors.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
        let kernel = (try? FileReading.text("/proc/sys/kernel/osrelease")) ?? "unknown"
        return Machine(
            date: ChildProcess.date, processor: model.map { String($0.trimmed) } ?? "unknown processor",
            cores: Int(lim_core_count()), kernel: String(kernel[...].trimmed), swift: compiler,
            loadAverage: lim_load_average())
    }

    /// `serving`: whether there are servers to place.
    func text(serving: Bool) -> String {
        let placement = cores == 1 ? " (clients and servers share it)" : " (clients on the first, servers on the last)"
        return "\(date), \(processor), \(cores) cores\(serving ? placement : "")"
            + ", Linux \(kernel), \(swift), \(Self.buildMode) build"
    }

    var setting: Setting {
        .object([
            .init("date", .string(date)), .init("processor", .string(processor)), .init("cores", .integer(cores)),
            .init("kernel", .string(kernel)), .init("swift", .string(swift)), .init("build", .string(Self.buildMode)),
            .init("load_average", .number(loadAverage)),
        ])
    }

    /// As the compiler tells it where it is at hand, else what the build knew.
    private static var compiler: String {
        let told = (try? ChildProcess.output(of: ["swift", "--version"])) ?? ""
        let words = told.split(whereSeparator: \.isWhitespace)
        if let place = words.firstIndex(of: "version"), place + 1 < words.count { return "Swift \(words[place + 1])" }
        #if compiler(>=6.3)
            return "Swift 6.3 or later"
        #else
            return "Swift 6.2"
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
