import MusterCore
import MusterFormats
import MusterLab
import MusterSystem
import MusterText

/// Writes the reports of a run as its observations come in, and the live line on a terminal.
struct ReportDesk {
    /// A report on its way to a file.
    struct Outlet: Sendable {
        private var writer: any ReportWriter
        private let file: OutputFile
        private var buffer: [UInt8] = []
        /// Whether anybody still reads it.
        private(set) var isOpen = true
        /// What kept it from being written.
        private(set) var fault: FileFault?

        init(_ writer: any ReportWriter, to file: OutputFile) {
            self.writer = writer
            self.file = file
        }

        mutating func begin(_ header: RunHeader) {
            writer.begin(header, into: &buffer)
            flush()
        }

        mutating func add(_ observations: [Observation]) {
            for observation in observations where isOpen {
                writer.add(observation, into: &buffer)
                if buffer.count > 65_536 { flush() }
            }
            flush()
        }

        mutating func end(_ footer: RunFooter, _ summary: Summary) {
            guard isOpen else { return }
            writer.end(footer, summary, into: &buffer)
            flush()
            guard isOpen else { return }
            do throws(FileFault) { try file.finish() } catch { fail(error) }
        }

        private mutating func flush() {
            guard isOpen, !buffer.isEmpty else { return }
            do throws(FileFault) {
                isOpen = try file.write(buffer)
            } catch {
                fail(error)
            }
            buffer.removeAll(keepingCapacity: true)
        }

        /// The other reports go on; this one is told at the end.
        private mutating func fail(_ error: FileFault) {
            isOpen = false
            fault = error
        }
    }

    private(set) var summary = Summary()
    private(set) var comparison: LabComparison?
    /// What kept reports from being written.
    var faults: [FileFault] { outlets.compactMap(\.fault) }
    private var outlets: [Outlet]
    private let header: RunHeader
    /// Columns of the terminal that shows the live line.
    private let progressWidth: Int?
    private let color: Bool

    init(_ header: RunHeader, outlets: [Outlet], progressWidth: Int?, color: Bool, comparison: LabComparison?) {
        self.header = header
        self.outlets = outlets
        self.progressWidth = progressWidth
        self.color = color
        self.comparison = comparison
    }

    /// Takes all that the feed brings and returns the run's end when the reports are whole or nobody reads them any more.
    mutating func run(_ feed: ObservationFeed) async -> RunFooter {
        for index in outlets.indices { outlets[index].begin(header) }
        while true {
            let batch = await feed.next()
            for observation in batch.observations {
                summary.add(observation)
                comparison?.add(observation)
            }
            for index in outlets.indices { outlets[index].add(batch.observations) }
            if let footer = batch.footer { return finish(footer) }
            if !outlets.isEmpty, !outlets.contains(where: \.isOpen) { feed.abandon() }
            showProgress()
        }
    }

    private mutating func finish(_ footer: RunFooter) -> RunFooter {
        if progressWidth != nil { OutputFile.standardError.offer(Array(LiveLine.cleared.utf8)) }
        // Standard output last: its reader may keep it waiting, and it tells best what the process ends with.
        for index in outlets.indices.reversed() { outlets[index].end(judged(footer), summary) }
        return judged(footer)
    }

    /// The footer with what the process ends with, as far as it is known by now.
    private func judged(_ footer: RunFooter) -> RunFooter {
        var footer = footer
        footer.exitStatus = comparison.map { $0.holds ? 0 : 1 }
        // Whatever the verdicts: whoever asked for the report has not got it.
        if !faults.isEmpty { footer.exitStatus = 2 }
        return footer
    }

    private func showProgress() {
        guard let progressWidth else { return }
        let line = ProgressLine(
            done: summary.total, total: header.targets, up: summary.up, degraded: summary.degraded, down: summary.down,
            unknown: summary.unknown, inFlight: min(header.concurrency, header.targets - summary.total),
            elapsed: header.started.duration(to: SystemClock.now))
        let text = LiveLine.drawn(line.text(width: max(progressWidth - 1, 1), color: color))
        OutputFile.standardError.offer(Array(text.utf8))
    }
}
