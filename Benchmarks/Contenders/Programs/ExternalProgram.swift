import CMusterLimits

/// Another program that does the items of a ledger: measured where it is installed, never required.
enum ExternalProgram {
    /// What it says, line by line. The clock of the ledger stops at its end, before anybody makes lines of it.
    static func output(of arguments: [String], _ ledger: Ledger) throws(BenchmarkFault) -> [Substring] {
        let text = try ChildProcess.output(of: arguments)
        ledger.endAll()
        return text.split(separator: "\n")
    }

    static func isInstalled(_ program: String) -> Bool {
        // One that cannot be looked for is not there.
        (try? LogPeers.isInstalled(program)) ?? false
    }

    /// The addresses of the first hosts, in the notation of nmap and, with brackets, of curl: blocks of 250, then the rest.
    static func addresses(_ count: Int, range: (String) -> String) -> [String] {
        var texts: [String] = []
        let (octets, afterOctets) = count.quotientAndRemainder(dividingBy: 50_000)
        for octet in 0..<octets { texts.append("127.\(10 + octet).\(range("0-199")).\(range("1-250"))") }
        let (blocks, rest) = afterOctets.quotientAndRemainder(dividingBy: 250)
        if blocks > 0 { texts.append("127.\(10 + octets).\(range("0-\(blocks - 1)")).\(range("1-250"))") }
        if rest > 0 { texts.append("127.\(10 + octets).\(blocks).\(range("1-\(rest)"))") }
        return texts
    }
}
