// The first byte picks a format of the catalog, the rest is what a source might hold. Whatever it is, each line has to be
// a row, bad or blank, with every span inside the chunk, and the same whether batches are begun anew or not.

import MusterLogs

/// The formats with columns of every kind; made once.
private let readings: [LineReading] = {
    let wanted = ["message", "status", "a.b", "a.0", "sd.a.b", "url", "uri", "request", "é"]
    var readings = LogFormatCatalog.formats.compactMap { try? $0.reading(wanted) }
    for notation in LogFormatCatalog.notations where notation.name == "regex" {
        if let reading = try? notation.read(#"^(?<ip>\S+) .*(?<rest>[^"]+)(?<time>\d+)?"#, []) {
            readings.append(reading)
        }
    }
    return readings
}()

/// libFuzzer's entry: reads `count` bytes from `start`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start + 1, count: count - 1))
    let reading = unsafe readings[Int(start[0]) % readings.count]
    parse(reading, bytes)
    if var joiner = reading.makeJoiner?() {
        var joined: [UInt8] = []
        joiner.push(bytes.span, into: &joined)
        joiner.finish(into: &joined)
        if !joined.isEmpty { parse(reading, joined) }
    }
    return 0
}

private func parse(_ reading: LineReading, _ bytes: [UInt8]) {
    Chunk.with(bytes) { chunk in
        let lines = lines(in: bytes)
        let parser = reading.makeParser()
        var batch = RowBatch(width: reading.fields.count)
        var cursor = 0
        var found = 0
        while cursor < chunk.end {
            let before = cursor
            batch.begin(chunk)
            parser.parse(chunk, &cursor, into: &batch)
            precondition(cursor > before && cursor <= chunk.end, "a parser must move on")
            found += batch.count + batch.bad.count
            for row in 0..<batch.count {
                for field in 0..<batch.width {
                    precondition(batch.span(row, field).range.upperBound <= chunk.end, "a field outside")
                }
            }
            for bad in batch.bad {
                precondition(bad.line.upperBound <= chunk.end && bad.line.lowerBound <= bad.fault, "a bad line outside")
                precondition(bad.fault <= bad.line.upperBound, "a fault outside of its line")
            }
        }
        precondition(found == lines, "\(found) rows and bad lines of \(lines) lines")
    }
}

/// Lines that are not blank.
private func lines(in bytes: [UInt8]) -> Int {
    bytes.split(separator: 10).count { line in line.contains { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d } }
}
