/// Joins the parts (`P`) of a container's line until its end (`F`), for each stream apart. The joined line has the first
/// part's time. A line of over ``longest`` bytes is ended there; what follows begins another.
struct CRIJoiner: LineJoiner {
    /// Bytes of a joined line at most, the last part aside.
    static let longest = 1 << 20

    /// What has come of a line so far, by stream: its head with an `F`, and its text; empty where nothing waits.
    private var waiting: [[UInt8]] = [[], []]

    mutating func push(_ lines: Span<UInt8>, into output: inout [UInt8]) {
        unsafe lines.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var at = 0
            while at < buffer.count {
                let feed = unsafe ByteScan.lineEnd(from: base + at, to: base + buffer.count) - base
                let next = min(feed + 1, buffer.count)
                // Invariant: the range lies in the buffer.
                unsafe take(UnsafeBufferPointer(rebasing: buffer[at..<feed]), into: &output)
                at = next
            }
        }
    }

    private mutating func take(_ line: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) {
        guard let tag = unsafe Self.tag(line) else {
            // No line of this kind: the parser shall say so.
            unsafe output.append(contentsOf: line)
            output.append(0x0a)
            return
        }
        // `stdout` ends in t, `stderr` in r.
        let stream = unsafe line[tag - 2] == UInt8(ascii: "t") ? 0 : 1
        let isLast = unsafe line[tag] == UInt8(ascii: "F")
        if waiting[stream].isEmpty {
            if isLast {
                unsafe output.append(contentsOf: line)
                output.append(0x0a)
                return
            }
            unsafe waiting[stream].append(contentsOf: line)
            waiting[stream][tag] = UInt8(ascii: "F")
        } else if tag + 2 < line.count {
            unsafe waiting[stream].append(contentsOf: UnsafeBufferPointer(rebasing: line[(tag + 2)...]))
        }
        if isLast || waiting[stream].count >= Self.longest { flush(stream, into: &output) }
    }

    private mutating func flush(_ stream: Int, into output: inout [UInt8]) {
        if waiting[stream].isEmpty { return }
        output += waiting[stream]
        output.append(0x0a)
        waiting[stream].removeAll(keepingCapacity: true)
    }

    mutating func finish(into output: inout [UInt8]) {
        for stream in waiting.indices { flush(stream, into: &output) }
    }

    /// Offset of the `P` or `F`.
    private static func tag(_ line: UnsafeBufferPointer<UInt8>) -> Int? {
        // Copied with padding, for lines of any buffer are taken, and only the head is looked at.
        let count = min(line.count, 80)
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 80 + Chunk.padding) { head in
            unsafe head.initialize(repeating: 0)
            for index in 0..<count { unsafe head[index] = line[index] }
            guard let start = head.baseAddress else { return nil }
            return unsafe CRILine.head(UnsafePointer(start), count)
        }
    }
}
