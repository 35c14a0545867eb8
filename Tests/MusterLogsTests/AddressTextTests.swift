import MusterCore
import Testing

@testable import MusterLogs

@Suite("Addresses as logs write them")
struct AddressTextTests {
    private static let reading = TabularLine.reading([LogField("ip", .address)])

    private static func key(_ name: String, _ value: String) throws -> String {
        let field = try KeyField.require(name, in: reading)
        return TabularLine.with(reading, [["0", value]]) { batch in
            var scratch = Scratch()
            return field.text(batch, 0, &scratch).string
        }
    }

    private static func matches(_ filter: String, _ value: String) throws -> Bool {
        let filter = try LogFilter(filter).bound(to: reading)
        return TabularLine.with(reading, [["0", value]]) { batch in
            var selection = Selection(all: batch)
            filter.select(batch, &selection)
            return !selection.isEmpty
        }
    }

    @Test(
        "are keys without port and brackets; what is none stays as it is",
        arguments: [
            ("192.0.2.1", "192.0.2.1", "192.0.2.0/24"), ("192.0.2.1:5566", "192.0.2.1", "192.0.2.0/24"),
            ("[2001:db8::1]:62611", "2001:db8::1", "2001:db8::/48"), ("[2001:db8::1]", "2001:db8::1", "2001:db8::/48"),
            ("2001:db8::1", "2001:db8::1", "2001:db8::/48"), ("::1", "::1", "::/48"),
            ("fe80::1%eth0", "fe80::1%eth0", "fe80::/48"), ("[fe80::1%eth0]:443", "fe80::1%eth0", "fe80::/48"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1", "192.0.2.0/24"),
            ("[::ffff:192.0.2.1]:80", "::ffff:192.0.2.1", "192.0.2.0/24"),
            ("web-1:80", "web-1:80", "web-1:80"), ("192.0.2.1:", "192.0.2.1:", "192.0.2.1:"),
            ("192.0.2.1:123456", "192.0.2.1:123456", "192.0.2.1:123456"), ("[]:80", "[]:80", "[]:80"), ("[", "[", "["),
            ("[::1]x", "[::1]x", "[::1]x"), (":80", ":80", ":80"), ("-", "-", "-"), ("", "", ""),
            ("1:2", "1:2", "1:2"),
        ])
    func keys(_ value: String, _ key: String, _ network: String) throws {
        #expect(try Self.key("ip", value) == key)
        #expect(try Self.key("network", value) == network)
        #expect(try Self.key(".ip", value) == value)
    }

    @Test(
        "are found in networks and compared as addresses",
        arguments: [
            ("ip in 192.0.2.0/24", "192.0.2.1:5566", true), ("ip in 2001:db8::/32", "[2001:db8::1]:62611", true),
            ("ip in fe80::/10", "fe80::1%eth0", true), ("ip = 192.0.2.1", "192.0.2.1:5566", true),
            ("ip = 2001:DB8:0::1", "[2001:db8::1]:62611", true), ("ip != 192.0.2.1", "192.0.2.1:5566", false),
            ("ip in 192.0.2.0/24", "198.51.100.1:192", false), ("ip in 192.0.2.0/24", "web:80", false),
            (".ip = '192.0.2.1:5566'", "192.0.2.1:5566", true),
        ])
    func filters(_ filter: String, _ value: String, _ isIn: Bool) throws {
        #expect(try Self.matches(filter, value) == isIn)
    }

    @Test("are counted without their port, alone and together with others")
    func counted() throws {
        let questions = LogQuestions(groups: [["ip"], ["ip", "ip"]], measures: MeasureNames(distinct: ["ip"]))
        let tally = LogTally(questions, seed: 1)
        let lines = ["192.0.2.1:1", "192.0.2.1:2", "[::1]:5", "::1"].map { #"{"remote_addr":"\#($0)"}"# + "\n" }
        let reading = try JSONLine.format.reading(questions.wanted)
        try LineCounter([reading], questions).count(Array(lines.joined().utf8), source: 0, position: 0, into: tally)
        let rows = LogAnswers(limit: 9).report(tally, sources: [], kinds: [:]).tables.map { Set($0.rows.map(\.keys)) }
        #expect(rows == [[["192.0.2.1"], ["::1"]], [["192.0.2.1", "192.0.2.1"], ["::1", "::1"]]])
        #expect(tally.totals.sketch(0, 0).estimate == 2)
    }

    @Test(
        "are the client's in Caddy's log, behind a proxy and in old versions too",
        arguments: [
            (#""remote_addr":"192.0.2.1:5566""#, "192.0.2.1"), (#""remote_ip":"192.0.2.1""#, "192.0.2.1"),
            (#""remote_ip":"10.0.0.1","remote_port":"1","client_ip":"192.0.2.1""#, "192.0.2.1"),
            (#""client_ip":"192.0.2.1","remote_ip":"10.0.0.1""#, "192.0.2.1"),
        ])
    func caddy(_ members: String, _ ip: String) throws {
        for format in [CaddyLine.format, JSONLine.format] {
            let reading = try format.reading(["ip", "status", "url"])
            let line =
                #"{"ts":1,"request":{\#(members),"method":"GET","uri":"/"},"status":200,"size":1,"duration":0.1}"#
            Chunk.with(Array(line.utf8)) { chunk in
                let parser = reading.makeParser()
                var batch = RowBatch(width: reading.fields.count)
                batch.begin(chunk)
                var cursor = 0
                parser.parse(chunk, &cursor, into: &batch)
                var scratch = Scratch()
                #expect(batch.count == 1)
                #expect(KeyField.resolve("ip", in: reading)?.text(batch, 0, &scratch).string == ip, "\(format.name)")
            }
        }
    }
}
