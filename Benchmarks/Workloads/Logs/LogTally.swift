import CMusterLimits

/// What a log holds, as the readers in C count it.
struct LogTally: Sendable {
    /// Lines that are good, and those that are not.
    var good: Int
    var bad: Int
    /// The sum of the field bytes.
    var bytes: Int
    /// How many are different.
    var urls: Int
    var addresses: Int
    var minutes: Int
    /// The counts of the most frequent, largest first; 0 where there are no more.
    var topURLs: [Int]
    var topAddresses: [Int]

    init(_ raw: lim_log_tally) {
        good = Int(raw.lines - raw.bad)
        bad = Int(raw.bad)
        bytes = Int(raw.bytes)
        urls = Int(raw.urls)
        addresses = Int(raw.addresses)
        minutes = Int(raw.minutes)
        topURLs = Self.counts(raw.top_urls)
        topAddresses = Self.counts(raw.top_addresses)
    }

    /// All numbers, as the process that counts hands them to the one that compares.
    var text: String {
        ([good, bad, bytes, urls, addresses, minutes] + topURLs + topAddresses).map(String.init).joined(separator: " ")
    }

    /// What ``text`` said; nil where it is something else.
    init?(_ text: String) {
        let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard numbers.count == 26 else { return nil }
        (good, bad, bytes) = (numbers[0], numbers[1], numbers[2])
        (urls, addresses, minutes) = (numbers[3], numbers[4], numbers[5])
        topURLs = Array(numbers[6..<16])
        topAddresses = Array(numbers[16..<26])
    }

    /// Numbers that whoever answers the same questions has to tell.
    var landmarks: [Int] { countLandmarks + [bytes].filter { $0 > 0 } }

    /// The same of whoever does not sum bytes.
    var countLandmarks: [Int] { ([good] + topURLs.prefix(10) + topAddresses.prefix(10)).filter { $0 > 0 } }

    private static func counts(
        _ raw: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
    ) -> [Int] {
        [raw.0, raw.1, raw.2, raw.3, raw.4, raw.5, raw.6, raw.7, raw.8, raw.9].map { Int($0) }
    }
}
