internal import MusterCore
internal import MusterText

/// Why a text is no results file, a line a fault, each with its place.
package struct ResultsFault: Error, Hashable, Sendable, CustomStringConvertible {
    package var lines: [String]

    package init(lines: [String]) { self.lines = lines }

    package var description: String { lines.joined(separator: "\n") }
}

extension BenchmarkResults {
    /// Bytes of a file, at most.
    package static let sizeLimit = 1 << 28

    /// Reads a file that ``json`` wrote. `source` is what the places of faults begin with.
    ///
    /// Errors: it is no JSON, no results file, of a newer version, or a value in it is missing or out of its range.
    package init(_ bytes: [UInt8], source: String) throws(ResultsFault) {
        guard bytes.count <= BenchmarkResults.sizeLimit else {
            throw ResultsFault(lines: ["\(source): larger than \(BenchmarkResults.sizeLimit) bytes"])
        }
        let log = FaultLog()
        guard let setting = JSONReader.read(bytes, source: source, log: log) else {
            throw ResultsFault(lines: log.lines)
        }
        if let fault = BenchmarkResults.stranger(setting) { throw ResultsFault(lines: ["\(source): \(fault)"]) }
        let reader = SettingsReader(setting, at: "\(source):", log: log)
        self.init(
            version: reader.count("version"), date: reader.text("date"),
            machine: BenchmarkMachine(reader.needed("machine")), isQuick: reader.bool("quick") ?? false,
            conditions: reader.texts("conditions"),
            workloads: reader.elements("workloads", limit: 1000, ModelWorkload.init),
            contenders: reader.elements("contenders", limit: 1000, ModelContender.init),
            cells: reader.elements("cells", limit: BenchmarkResults.cellLimit, ModelCell.init),
            sections: reader.elements("sections", limit: BenchmarkResults.sectionLimit, Section.init))
        reader.finish()
        for (what, count) in [("workloads", shownWorkloads.count), ("contenders", shownContenders.count)]
        where count > BenchmarkResults.nameLimit {
            log.add(.badValue, at: "\(source): cells", "more than \(BenchmarkResults.nameLimit) different \(what)")
        }
        guard log.isEmpty else { throw ResultsFault(lines: log.lines) }
    }

    /// What is wrong with a file as a whole; nil where it is one of ours.
    private static func stranger(_ setting: Setting) -> String? {
        guard case .object(let members) = setting,
            members.contains(where: { $0.name == "cells" || $0.name == "sections" }),
            case .integer(let version)? = members.first(where: { $0.name == "version" })?.value
        else { return "not a results file; write one with --output results.json" }
        guard version <= currentVersion else {
            return "version \(version) of the results file is newer than this program, which reads version "
                + "\(currentVersion); use a newer muster-benchmarks"
        }
        return version < 1 ? "there is no version \(version) of a results file" : nil
    }
}

extension BenchmarkMachine {
    fileprivate init(_ reader: SettingsReader) {
        self.init(
            cpu: reader.text("cpu"), cores: reader.count("cores", from: 1), kernel: reader.text("kernel"),
            swift: reader.text("swift"), build: reader.text("build"), loadBefore: reader.measure("load_before"),
            loadAfter: reader.optionalMeasure("load_after"))
        reader.finish()
    }
}

extension ModelWorkload {
    fileprivate init(_ reader: SettingsReader) {
        let criterion = reader.choice("criterion", ModelCriterion.allCases.map(\.rawValue))
        self.init(
            name: reader.text("name"), title: reader.text("title"),
            criterion: criterion.flatMap(ModelCriterion.init(rawValue:)) ?? .throughput,
            window: reader.optionalCount("window"), computes: reader.bool("computes") ?? false)
        reader.finish()
    }
}

extension ModelContender {
    fileprivate init(_ reader: SettingsReader) {
        let kind = reader.choice("kind", Kind.allCases.map(\.rawValue))
        self.init(
            name: reader.text("name"), title: reader.text("title"),
            kind: kind.flatMap(Kind.init(rawValue:)) ?? .model)
        reader.finish()
    }
}

extension ModelCell {
    fileprivate init(_ reader: SettingsReader) {
        self.init(
            workload: reader.text("workload"), contender: reader.text("contender"),
            items: reader.count("items", from: 1),
            window: reader.count("window"), isExternal: reader.bool("external") ?? false,
            notApplicable: reader.string("not_applicable"), error: reader.string("error"),
            samples: reader.elements("samples", limit: ModelCell.sampleLimit, ModelSample.init))
        reader.finish()
    }
}

extension ModelSample {
    fileprivate init(_ reader: SettingsReader) {
        self.init(
            wall: reader.measure("wall"), user: reader.measure("user"), system: reader.measure("system"),
            done: reader.count("done"), failed: reader.count("failed"), lost: reader.count("lost"),
            latency: reader.object("latency").map(ModelLatency.init), peakMemory: reader.count("memory"),
            threads: reader.count("threads"), descriptors: reader.count("descriptors"),
            voluntarySwitches: reader.count("voluntary_switches"),
            involuntarySwitches: reader.count("involuntary_switches"),
            heartbeatP99: reader.optionalMeasure("heartbeat_p99"))
        reader.finish()
    }
}

extension ModelLatency {
    fileprivate init(_ reader: SettingsReader) {
        self.init(
            p50: reader.measure("p50"), p90: reader.measure("p90"), p99: reader.measure("p99"),
            p999: reader.measure("p999"), curve: reader.points("curve"))
        if !(p50 <= p90 && p90 <= p99 && p99 <= p999) {
            reader.log.add(.badValue, at: reader.place("p50"), "p50, p90, p99 and p999 ascend")
        }
        reader.finish()
    }
}

extension Section {
    fileprivate init(_ reader: SettingsReader) {
        self.init(
            name: reader.text("name"), title: reader.text("title"), notes: reader.texts("notes"),
            baselines: reader.texts("baselines"),
            rows: reader.elements("rows", limit: Section.rowLimit, SectionRow.init), error: reader.string("error"))
        reader.finish()
    }
}

extension SectionRow {
    fileprivate init(_ reader: SettingsReader) {
        let ratios = reader.elements("ratios", limit: 100) { reader in
            let ratio = (reader.text("to"), reader.samples("samples"))
            reader.finish()
            return ratio
        }
        self.init(
            contender: reader.text("contender"), items: reader.optionalCount("items"), unit: reader.text("unit"),
            samples: reader.samples("samples"), ratios: Dictionary(ratios) { first, _ in first },
            goals: reader.elements("goals", limit: 100, Goal.init))
        reader.finish()
    }
}

extension Goal {
    fileprivate init(_ reader: SettingsReader) {
        let baseline = reader.string("ratio_to")
        if let least = reader.optionalMeasure("at_least"), let baseline {
            self = .ratioAtLeast(to: baseline, least)
        } else {
            let most = reader.measure("at_most")
            self = baseline.map { .ratio(to: $0, atMost: most) } ?? .value(atMost: most)
        }
        reader.finish()
    }
}

extension SettingsReader {
    /// Measured values beyond this are no measurement: 30,000 years, as seconds.
    private static let greatest = 1e12

    fileprivate func text(_ key: String) -> String {
        let text = string(key)
        if text == nil, value(key) == nil { require(key, "\"\(key)\": \"…\"") }
        return text ?? ""
    }

    fileprivate func count(_ key: String, from least: Int = 0) -> Int {
        let number = integer(key, in: least...Int(SettingsReader.greatest))
        if number == nil, value(key) == nil { require(key, "\"\(key)\": 0") }
        return number ?? 0
    }

    fileprivate func optionalCount(_ key: String) -> Int? {
        integer(key, in: 0...Int(SettingsReader.greatest))
    }

    /// The texts of a list; none where it is missing.
    fileprivate func texts(_ key: String) -> [String] {
        let texts = strings(key) ?? []
        if texts.count > 1000 { log.add(.badValue, at: place(key), "more than 1000 elements") }
        return texts.prefix(1000).map(\.text)
    }

    /// Measured values, at least one; a difference of two may be below nothing.
    fileprivate func samples(_ key: String) -> [Double] {
        let elements = list(key) ?? []
        if elements.isEmpty { require(key, "\"\(key)\": [0.5]") }
        if elements.count > ModelCell.sampleLimit {
            log.add(.badValue, at: place(key), "more than \(ModelCell.sampleLimit) elements")
        }
        let samples = elements.prefix(ModelCell.sampleLimit).compactMap {
            measure($0.value, at: $0.location, from: -SettingsReader.greatest)
        }
        return samples.isEmpty ? [0] : samples
    }

    fileprivate func measure(_ key: String) -> Double {
        if value(key) == nil { require(key, "\"\(key)\": 0.5") }
        return optionalMeasure(key) ?? 0
    }

    fileprivate func optionalMeasure(_ key: String) -> Double? {
        value(key).flatMap { measure($0, at: place(key)) }
    }

    private func measure(_ value: Setting, at place: @autoclosure () -> String, from least: Double = 0) -> Double? {
        let number: Double? =
            switch value {
            case .integer(let number): Double(number)
            case .number(let number): number
            default: nil
            }
        if let number, (least...SettingsReader.greatest).contains(number) { return number }
        log.add(.badValue, at: place(), "not a measured value; write a number" + (least < 0 ? "" : " from 0 on"))
        return nil
    }

    fileprivate func needed(_ key: String) -> SettingsReader {
        if value(key) == nil { require(key, "\"\(key)\": { … }") }
        return object(key) ?? SettingsReader(.object([]), at: place(key), log: FaultLog())
    }

    /// The objects of a list, at most so many; none where it is missing.
    fileprivate func elements<Element>(
        _ key: String, limit: Int, _ make: (SettingsReader) -> Element
    ) -> [Element] {
        let elements = list(key) ?? []
        if elements.count > limit { log.add(.badValue, at: place(key), "more than \(limit) elements") }
        return elements.prefix(limit).map { make(SettingsReader($0.value, at: $0.location, log: log)) }
    }

    /// Points `[seconds, fraction]`, both ascending.
    fileprivate func points(_ key: String) -> [ModelPoint] {
        let elements = list(key) ?? []
        if elements.count > ModelLatency.curveLimit {
            log.add(.badValue, at: place(key), "more than \(ModelLatency.curveLimit) points")
        }
        var points: [ModelPoint] = []
        for element in elements.prefix(ModelLatency.curveLimit) {
            guard case .list(let pair) = element.value, pair.count == 2 else {
                log.add(.wrongType, at: element.location, "expected a point such as [0.01, 0.5]")
                continue
            }
            guard let seconds = measure(pair[0], at: element.location),
                let fraction = measure(pair[1], at: element.location)
            else { continue }
            let last = points.last ?? ModelPoint(seconds: 0, fraction: 0)
            guard fraction <= 1, seconds >= last.seconds, fraction >= last.fraction else {
                log.add(.badValue, at: element.location, "both values ascend, the second one from 0 to 1")
                continue
            }
            points.append(ModelPoint(seconds: seconds, fraction: fraction))
        }
        return points
    }
}
