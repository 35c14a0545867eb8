package import MusterPattern

/// Reads lines of one format into rows. One a worker: it may remember what helps the next line, never what changes it.
package protocol LineParser: AnyObject {
    /// Reads lines from `cursor` until the batch is full or the chunk ends, and moves the cursor behind the last line
    /// that was read. Blank lines (nothing but white space) are passed over. A line that does not fit is rejected with
    /// the place and the expectation; every byte sequence is either a row, bad or blank, and none traps.
    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch)

    /// Counts its work by a limit from now on, where a line can keep it busy. Once that is over, the rows mean nothing.
    func obey(_ limit: ScanLimit)
}

extension LineParser {
    package func obey(_ limit: ScanLimit) {}
}

/// Makes whole lines of records that are split over several, before they are parsed: a source whose format has one is
/// read from its beginning to its end by one reader.
package protocol LineJoiner {
    /// Takes whole lines (each with its line feed) and appends those that are now complete.
    mutating func push(_ lines: Span<UInt8>, into output: inout [UInt8])
    /// The source has ended: appends what is left.
    mutating func finish(into output: inout [UInt8])
}
