import CMusterLimits

/// What people use today, told to do the same work; those that are not installed are named.
struct LogPeers {
    var found: [ProgramContender] = []
    var notes: [String] = []

    static func isInstalled(_ program: String) throws(BenchmarkFault) -> Bool {
        try ChildProcess.run(["sh", "-c", "command -v \(program)"], core: nil).status == 0
    }

    private static func hasModule(_ module: String) throws(BenchmarkFault) -> Bool {
        try ChildProcess.run(["python3", "-c", "import \(module)"], core: nil).status == 0
    }

    private mutating func add(
        _ name: String, if isInstalled: Bool, from source: String, note: String, _ contender: ProgramContender
    ) {
        if isInstalled { found.append(contender) }
        notes.append("\(name): \(isInstalled ? note : "not measured, it is not installed (\(source))").")
    }

    // MARK: Combined

    static func combined(
        _ path: String, _ tally: LogTally, scratch: String
    ) throws(BenchmarkFault) -> LogPeers {
        var peers = LogPeers()
        for name in ["mawk", "gawk"] {
            // Both print a sum of more than nine digits exactly by %.0f.
            peers.add(
                name, if: try isInstalled(name), from: "apt-get install \(name)",
                note: "one pass, four tables, the same counts",
                ProgramContender(name: name, command: [name, awkProgram, path], landmarks: tally.landmarks))
        }
        peers.add(
            "DuckDB", if: try hasModule("duckdb"), from: "pip install duckdb",
            note: "lines split at quotes and blanks in SQL, four groupings of one pass, the same counts",
            ProgramContender(name: "DuckDB", command: ["python3", "-c", duckSplit, path], landmarks: tally.landmarks))
        peers.add(
            "polars", if: try hasModule("polars"), from: "pip install polars",
            note: "lines split at quotes and blanks, four groupings, the same counts",
            ProgramContender(name: "polars", command: ["python3", "-c", polarsSplit, path], landmarks: tally.landmarks))
        peers.add(
            "GoAccess", if: try isInstalled("goaccess"), from: "apt-get install goaccess",
            note: "all panels as JSON, which is more than was asked for; measured twice",
            ProgramContender(
                name: "GoAccess",
                command: ["goaccess", path, "--log-format=COMBINED", "--no-progress", "-o", scratch], isSlow: true))
        return peers
    }

    /// The ten largest counts of a table.
    private static let awkRank = """
        function rank(table, name,    key, i, j, top) {
            for (i = 1; i <= 10; i++) top[i] = 0
            for (key in table) {
                if (table[key] <= top[10]) continue
                for (j = 10; j > 1 && top[j - 1] < table[key]; j--) top[j] = top[j - 1]
                top[j] = table[key]
            }
            for (i = 1; i <= 10; i++) print name, top[i]
        }

        """

    /// Fields by blanks; the few requests that are one word have theirs two places earlier.
    private static let awkProgram =
        awkRank + """
            function count(url, code, size) {
                good++; urls[url]++; addresses[$1]++; codes[code]++; minutes[substr($4, 2, 17)]++; bytes += size
            }
            $9 ~ /^[0-9][0-9][0-9]$/ { count($7, $9, $10); next }
            $7 ~ /^[0-9][0-9][0-9]$/ { count(substr($6, 2, length($6) - 2), $7, $8); next }
            { bad++ }
            END {
                printf "%.0f %.0f %.0f\\n", good, bad, bytes
                rank(urls, "url"); rank(addresses, "address"); rank(minutes, "minute")
                for (code in codes) print code, codes[code]
            }
            """

    private static let duckSplit = """
        import duckdb, sys
        lines = "read_csv('" + sys.argv[1] + "', columns={'line': 'VARCHAR'}, delim=E'\\x01', quote='', escape='', " \\
            "header=false, auto_detect=false, max_line_size=1000000)"
        answer = duckdb.sql(f\"\"\"
            with parts as (select string_split(line, '"') as p from {lines}),
            fields as (
                select string_split(p[1], ' ') as head, string_split(p[2], ' ') as request,
                    string_split(p[3], ' ') as tail
                from parts where len(p) >= 7),
            rows as (
                select head[1] as ip, case when len(request) = 3 then request[2] else request[1] end as url,
                    tail[2] as status, try_cast(tail[3] as bigint) as bytes, head[4][2:18] as minute
                from fields where len(tail) = 4),
            counts as (
                select grouping_id(url, ip, status, minute) as question, count(*) as n, sum(bytes) as bytes
                from rows group by grouping sets ((url), (ip), (status), (minute), ()))
            select question, n, bytes from counts
            qualify row_number() over (partition by question order by n desc) <= 10\"\"\").fetchall()
        for row in answer: print(*row)
        """

    private static let polarsSplit = """
        import polars as pl, sys
        part = pl.col("line").str.split('"').list
        head, request, tail = (part.get(i, null_on_oob=True).str.split(" ").list for i in range(3))
        rows = (
            pl.scan_csv(sys.argv[1], separator="\\x01", quote_char=None, has_header=False, new_columns=["line"])
            .filter((part.len() >= 7) & (tail.len() == 4))
            .select(
                ip=head.first(), minute=head.get(3, null_on_oob=True).str.slice(1, 17), status=tail.get(1),
                bytes=tail.get(2).cast(pl.Int64, strict=False),
                url=pl.when(request.len() == 3).then(request.get(1, null_on_oob=True)).otherwise(request.first()))
            .collect(engine="streaming"))
        print(rows.height, rows["bytes"].sum())
        for name in ["url", "ip", "status", "minute"]:
            for row in rows.group_by(name).len().top_k(10, by="len").iter_rows(): print(*row)
        """

    // MARK: JSON lines

    static func json(_ path: String, _ tally: LogTally) throws(BenchmarkFault) -> LogPeers {
        var peers = LogPeers()
        peers.add(
            "DuckDB", if: try hasModule("duckdb"), from: "pip install duckdb",
            note: "read_json with the three columns told, two groupings of one pass, the same counts",
            ProgramContender(name: "DuckDB", command: ["python3", "-c", duckJSON, path], landmarks: tally.landmarks))
        let hasJQ = try isInstalled("jq")
        let hasMawk = try isInstalled("mawk")
        peers.add(
            "jq", if: hasJQ && hasMawk, from: "apt-get install jq mawk",
            note: "jq picks the fields, mawk counts, the same counts; measured twice",
            ProgramContender(
                name: "jq",
                command: ["sh", "-c", "jq -rR \"$1\" \"$0\" | mawk -F '\\t' \"$2\"", path, jqProgram, jqCount],
                isSlow: true, landmarks: tally.landmarks))
        return peers
    }

    private static let duckJSON = """
        import duckdb, sys
        lines = "read_json('" + sys.argv[1] + "', format='newline_delimited', ignore_errors=true, " \\
            "columns={'path': 'VARCHAR', 'status': 'INTEGER', 'bytes': 'BIGINT'})"
        answer = duckdb.sql(f\"\"\"
            with counts as (
                select grouping_id(path, status) as question, count(*) as n, sum(bytes) as bytes
                from {lines} where status is not null group by grouping sets ((path), (status), ()))
            select question, n, bytes from counts
            qualify row_number() over (partition by question order by n desc) <= 10\"\"\").fetchall()
        for row in answer: print(*row)
        """

    // jq's own objects are copied whenever one of their counts changes.
    private static let jqProgram = "fromjson? | objects | [.path, .status, .bytes] | @tsv"

    private static let jqCount =
        awkRank + """
            { good++; paths[$1]++; codes[$2]++; bytes += $3 }
            END {
                printf "%.0f %.0f\\n", good, bytes
                rank(paths, "path")
                for (code in codes) print code, codes[code]
            }
            """
}
