package import MusterCore

/// What a question to logs came to: plain values, in the order in which they are shown. The writers of ``LogReport`` turn
/// it into bytes; nothing in it is escaped.
package struct LogReport: Sendable, Hashable {
    /// A source of lines: a file, standard input, a partial tally.
    package struct Source: Sendable, Hashable {
        /// As it was named or found.
        package var name: String
        /// Title of the format its lines were read in; empty where nothing was read.
        package var format: String
        /// Bytes of lines, decompressed.
        package var bytes: Int
        package var lines: Int
        package var bad: Int
        /// Why it was not read, or read only in part: `a copy of access.log.1, counted once`; empty where all went well.
        package var note: String

        package init(name: String, format: String, bytes: Int, lines: Int, bad: Int, note: String = "") {
            self.name = name
            self.format = format
            self.bytes = bytes
            self.lines = lines
            self.bad = bad
            self.note = note
        }
    }

    /// A value in a table.
    package enum Value: Sendable, Hashable {
        case none
        /// A count: whole, without a unit.
        case count(Int)
        /// A number of bytes; shown in KB, MB, … to people. May exceed an `Int`.
        case bytes(Double)
        /// Seconds.
        case seconds(Double)
        /// Any other number.
        case number(Double)
        case sum(Sum)
        /// A share from 0 to 1.
        case share(Double)
        case text(String)
    }

    /// A column of a table, behind its keys.
    package struct Column: Sendable, Hashable {
        /// For programs, letters, digits and `_`: `count`, `share`, `bytes_sum`, `request_time_p99`, `ip_distinct`.
        package var name: String
        /// For people: `bytes`, `p99 request_time`.
        package var title: String

        package init(name: String, title: String) {
            self.name = name
            self.title = title
        }
    }

    /// A row of a table.
    package struct Row: Sendable, Hashable {
        /// One text a key field. Bytes that were no UTF-8 stand as `\xNN`; anything else may be in it, escapes too.
        package var keys: [String]
        /// One value a column.
        package var values: [Value]
        /// How much too high the count may be (Space-Saving); 0 where it is exact.
        package var error: Int

        package init(keys: [String], values: [Value], error: Int = 0) {
            self.keys = keys
            self.values = values
            self.error = error
        }
    }

    /// The answer to one `--by`: its greatest keys.
    package struct Table: Sendable, Hashable {
        /// For programs and as an anchor: `path`, `ip,status`.
        package var name: String
        /// For people: `Paths`, `ip, status`.
        package var title: String
        /// Names of the key fields.
        package var keys: [String]
        package var columns: [Column]
        package var rows: [Row]
        /// Keys there are in all; nil where there were too many to know (``isExact`` is then false).
        package var distinct: Int?
        /// Lines that the table counts: the sum over all its keys.
        package var total: Int
        /// Whether every count is exact.
        package var isExact: Bool
        /// Where not: no count is too high by more than this, and no key that is not shown has more lines than this.
        package var errorBound: Int
        /// Counters kept, where not exact.
        package var counters: Int
        /// What may give a better answer, for people; empty where there is nothing to say.
        package var hint = ""

        package init(
            name: String, title: String, keys: [String], columns: [Column], rows: [Row], distinct: Int?, total: Int,
            isExact: Bool = true, errorBound: Int = 0, counters: Int = 0
        ) {
            self.name = name
            self.title = title
            self.keys = keys
            self.columns = columns
            self.rows = rows
            self.distinct = distinct
            self.total = total
            self.isExact = isExact
            self.errorBound = errorBound
            self.counters = counters
        }
    }

    /// A figure about all matching lines: `bytes, sum`, `request_time p99`, `distinct ip`.
    package struct Figure: Sendable, Hashable {
        /// For programs: `bytes_sum`.
        package var name: String
        /// For people.
        package var title: String
        package var value: Value
        /// How far off it may be, for people: `± 0.8 %`; empty where it is exact.
        package var precision: String

        package init(name: String, title: String, value: Value, precision: String = "") {
            self.name = name
            self.title = title
            self.value = value
            self.precision = precision
        }
    }

    /// Lines over time.
    package struct Timeline: Sendable, Hashable {
        /// A step of time.
        package struct Point: Sendable, Hashable {
            /// The step's beginning, microseconds since 1970 UTC.
            package var time: Int64
            package var count: Int
            /// Lines by class of status, 1xx to 5xx and others: six numbers; empty where lines have no status.
            package var classes: [Int]
            /// One value a column.
            package var values: [Value]

            package init(time: Int64, count: Int, classes: [Int] = [], values: [Value] = []) {
                self.time = time
                self.count = count
                self.classes = classes
                self.values = values
            }

            /// Share of 5xx among the lines; nil where lines have no status or there are none.
            package var errorRate: Double? {
                classes.count == 6 && count > 0 ? Double(classes[4]) / Double(count) : nil
            }
        }

        /// Length of a step in microseconds.
        package var step: Int64
        /// Beside count, classes and error rate.
        package var columns: [Column]
        /// Every step from the first to the last line, empty ones too; at most 100,000.
        package var points: [Point]
        /// Microseconds that times are ahead of UTC: in a report for people.
        package var shift: Int64 = 0
        /// The zone whose clocks a report for people names.
        package var zone = TimeZoneRules.utc

        package init(step: Int64, columns: [Column], points: [Point]) {
            self.step = step
            self.columns = columns
            self.points = points
        }
    }

    /// Requests by their status: `1xx` … `5xx`, `other`, in this order, those with a count.
    package struct StatusClass: Sendable, Hashable {
        package var name: String
        package var count: Int

        package init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// A distribution of durations, for a plot.
    package struct Distribution: Sendable, Hashable {
        /// A field's name: `request_time`.
        package var field: String
        /// Values counted.
        package var count: Int
        /// Ascending: values up to `upTo` seconds, so many of them.
        package var buckets: [Bucket]
        package struct Bucket: Sendable, Hashable {
            package var upTo: Double
            package var count: Int

            package init(upTo: Double, count: Int) {
                self.upTo = upTo
                self.count = count
            }
        }

        package init(field: String, count: Int, buckets: [Bucket]) {
            self.field = field
            self.count = count
            self.buckets = buckets
        }
    }

    /// A line that did not fit.
    package struct BadLine: Sendable, Hashable {
        package var source: String
        /// Offset of the line's first byte in the decompressed source.
        package var offset: Int
        /// Column of the first byte that did not fit, from 1.
        package var column: Int
        /// What should have stood there.
        package var expected: String
        /// Its beginning, at most some hundred bytes; anything may be in it.
        package var text: String

        package init(source: String, offset: Int, column: Int, expected: String, text: String) {
            self.source = source
            self.offset = offset
            self.column = column
            self.expected = expected
            self.text = text
        }
    }

    package var version: String
    /// What was asked, as on the command line: `status>=500`; empty where all lines count.
    package var filter: String
    package var sources: [Source]
    /// Lines that were read, blank ones aside: those that fit the format, and bad ones.
    package var lines: Int
    package var bad: Int
    /// Lines that fit and passed the filter.
    package var matched: Int
    /// Bytes read, decompressed.
    package var bytesRead: Int
    /// The zone whose time is shown to people, and that keys such as `day` are in.
    package var zone: TimeZoneRules
    /// Time of the earliest and the latest matching line, microseconds since 1970 UTC.
    package var first: Int64?
    package var last: Int64?
    package var figures: [Figure]
    package var statuses: [StatusClass]
    package var timeline: Timeline?
    package var tables: [Table]
    package var distributions: [Distribution]
    /// Examples, in the order of the sources.
    package var badLines: [BadLine]
    /// What the reader should know: sentences.
    package var notes: [String]
    /// Whether the run was cut short.
    package var isInterrupted: Bool
    /// How long it took.
    package var elapsed: Duration
    package var workers: Int

    package init(version: String) {
        self.version = version
        filter = ""
        sources = []
        lines = 0
        bad = 0
        matched = 0
        bytesRead = 0
        figures = []
        statuses = []
        tables = []
        distributions = []
        badLines = []
        notes = []
        isInterrupted = false
        zone = .utc
        elapsed = .zero
        workers = 1
    }
}
