import MusterCore
import MusterWire
import Testing

@testable import MusterProbes

/// Records, what is expected of them, and what the probe says.
struct DNSCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var type: String
    var records: [DNSRecordData]
    /// In JSON.
    var expect: String
    var verdict: Verdict
    var detail: String

    init(
        _ description: String, _ type: String, _ records: [DNSRecordData], _ expect: String, _ verdict: Verdict,
        _ detail: String = ""
    ) {
        testDescription = description
        self.type = type
        self.records = records
        self.expect = expect
        self.verdict = verdict
        self.detail = detail
    }

    private static let one = DNSRecordData.a(0x7F00_0001)
    private static let two = DNSRecordData.a(0x7F00_0002)
    private static let local6 = DNSRecordData.aaaa(high: 0, low: 1)
    private static let long6 = DNSRecordData.aaaa(high: 0x2001_0db8_0000_0000, low: 0xab)
    private static let soa = DNSRecordData.soa(
        DNSStartOfAuthority(
            primary: named("ns1.test"), mailbox: named("root.test"), serial: 7, refresh: 3600, retry: 600,
            expire: 86_400, minimum: 60))
    private static func txt(_ texts: String...) -> DNSRecordData { .txt(texts.map { Array($0.utf8) }) }
    private static func mx(_ name: String) -> DNSRecordData { .mx(preference: 10, exchange: named(name)) }

    /// Each of the nine types, as expected and otherwise.
    static let types: [DNSCase] = [
        .init("A", "A", [one], "{\"answers\": [\"127.0.0.1\"]}", .up),
        .init(
            "another A", "A", [two], "{\"answers\": [\"127.0.0.1\"]}", .down(.dnsMismatch),
            "got 127.0.0.2, expected 127.0.0.1"),
        .init("the host's A", "A", [one], "{\"answers\": [\"{address}\"]}", .up),
        .init(
            "another than the host's A", "A", [two], "{\"answers\": [\"{address}\"]}", .down(.dnsMismatch),
            "got 127.0.0.2, expected 127.0.0.1"),
        .init(
            "more than the host's A", "A", [one, two], "{\"answers\": [\"{address}\"]}", .down(.dnsMismatch),
            "too much: 127.0.0.2"),
        .init("two As in another order", "A", [two, one], "{\"answers\": [\"127.0.0.1\", \"127.0.0.2\"]}", .up),
        .init(
            "one A of two", "A", [one], "{\"answers\": [\"127.0.0.1\", \"127.0.0.2\"]}", .down(.dnsMismatch),
            "missing: 127.0.0.2"),
        .init("any A", "A", [two], "{}", .up),
        .init("AAAA", "AAAA", [local6], "{\"answers\": [\"::1\"]}", .up),
        .init("AAAA in another form", "AAAA", [long6], "{\"answers\": [\"2001:DB8:0:0:0:0:0:AB\"]}", .up),
        .init(
            "another AAAA", "AAAA", [long6], "{\"answers\": [\"::1\"]}", .down(.dnsMismatch),
            "got 2001:db8::ab, expected ::1"),
        .init("CNAME", "CNAME", [.cname(named("www.test"))], "{\"answers\": [\"WWW.Test.\"]}", .up),
        .init(
            "another CNAME", "CNAME", [.cname(named("www.test"))], "{\"answers\": [\"www.test.org\"]}",
            .down(.dnsMismatch), "got www.test, expected www.test.org"),
        .init("MX", "MX", [mx("Mail.test")], "{\"answers\": [\"10  mail.test.\"]}", .up),
        .init(
            "MX of another preference", "MX", [mx("mail.test")], "{\"answers\": [\"20 mail.test\"]}",
            .down(.dnsMismatch), "got 10 mail.test, expected 20 mail.test"),
        .init("a null MX", "MX", [.mx(preference: 0, exchange: .root)], "{\"answers\": [\"0 .\"]}", .up),
        .init("TXT", "TXT", [txt("v=spf1 -all")], "{\"answers\": [\"v=spf1 -all\"]}", .up),
        .init("TXT in quotes", "TXT", [txt("v=spf1 -all")], "{\"answers\": [\"\\\"v=spf1 -all\\\"\"]}", .up),
        .init("TXT in pieces", "TXT", [txt("v=spf1", " -all")], "{\"answers\": [\"v=spf1 -all\"]}", .up),
        .init(
            "TXT in quoted pieces", "TXT", [txt("v=spf1 -all")], "{\"answers\": [\"\\\"v=spf1\\\" \\\" -all\\\"\"]}",
            .up),
        .init("TXT with quotes inside", "TXT", [txt("say \"hi\"")], "{\"answers\": [\"say \\\"hi\\\"\"]}", .up),
        .init(
            "TXT with escaped quotes inside", "TXT", [txt("\"hi\"")],
            "{\"answers\": [\"\\\"\\\\\\\"hi\\\\\\\"\\\"\"]}", .up),
        .init("TXT with a backslash", "TXT", [txt("a\\b")], "{\"answers\": [\"a\\\\b\"]}", .up),
        .init("TXT beyond ASCII", "TXT", [txt("Größe")], "{\"answers\": [\"Größe\"]}", .up),
        .init(
            "TXT beyond ASCII as a zone file has it", "TXT", [txt("ö")], "{\"answers\": [\"\\\"\\\\195\\\\182\\\"\"]}",
            .up),
        .init(
            "TXT in another letter case", "TXT", [txt("Token=A")], "{\"answers\": [\"token=a\"]}",
            .down(.dnsMismatch), "got Token=A, expected token=a"),
        .init(
            "NS", "NS", [.ns(named("ns1.test")), .ns(named("ns2.test"))],
            "{\"answers\": [\"NS2.test\", \"ns1.test.\"]}", .up),
        .init(
            "another NS", "NS", [.ns(named("ns1.test"))], "{\"answers\": [\"ns2.test\"]}", .down(.dnsMismatch),
            "got ns1.test, expected ns2.test"),
        .init("SOA", "SOA", [soa], "{\"answers\": [\"ns1.test. ROOT.test. 7 3600 600 86400 60\"]}", .up),
        .init(
            "another SOA", "SOA", [soa], "{\"answers\": [\"ns1.test root.test 8 3600 600 86400 60\"]}",
            .down(.dnsMismatch),
            "got ns1.test root.test 7 3600 600 86400 60, expected ns1.test root.test 8 3600 600 86400 60"),
        .init(
            "SRV", "SRV", [.srv(priority: 0, weight: 5, port: 5060, target: named("sip.test"))],
            "{\"answers\": [\"0 5 5060 sip.test.\"]}", .up),
        .init(
            "another SRV", "SRV", [.srv(priority: 0, weight: 5, port: 5060, target: named("sip.test"))],
            "{\"answers\": [\"0 5 5061 sip.test\"]}", .down(.dnsMismatch),
            "got 0 5 5060 sip.test, expected 0 5 5061 sip.test"),
        .init("PTR", "PTR", [.ptr(named("web1.test"))], "{\"answers\": [\"{name}.\"]}", .up),
        .init(
            "another PTR", "PTR", [.ptr(named("web2.test"))], "{\"answers\": [\"{name}\"]}", .down(.dnsMismatch),
            "got web2.test, expected web1.test"),
    ]

    static let counts: [DNSCase] = [
        .init("no record", "A", [], "{}", .down(.dnsNoData)),
        .init("records of another type alone", "AAAA", [one], "{}", .down(.dnsNoData)),
        .init("no record where none is needed", "A", [], "{\"minimum\": 0}", .up),
        .init("no record where none is expected", "A", [], "{\"answers\": []}", .up),
        .init(
            "a record where none is expected", "A", [one], "{\"answers\": []}", .down(.dnsMismatch),
            "got 127.0.0.1, expected none"),
        .init(
            "no record where one is expected", "A", [], "{\"minimum\": 0, \"answers\": [\"127.0.0.1\"]}",
            .down(.dnsNoData)),
        .init("as many as needed", "A", [one, two], "{\"minimum\": 2}", .up),
        .init(
            "fewer than needed", "A", [one], "{\"minimum\": 2}", .down(.dnsMismatch), "1 records, expected at least 2"),
        .init(
            "fewer than needed, though the host's", "A", [one], "{\"minimum\": 2, \"answers\": [\"{address}\"]}",
            .down(.dnsMismatch), "1 records, expected at least 2"),
        .init("one answer instead of a list", "A", [one], "{\"answers\": \"127.0.0.1\"}", .up),
    ]

    private static func many(_ range: Range<UInt32>) -> [DNSRecordData] { range.map { .a(0x0A00_0000 + $0) } }

    /// What is missing and what is too much.
    static let differences: [DNSCase] = [
        .init(
            "one of many missing", "A", many(10..<15),
            "{\"answers\": [\"10.0.0.10\", \"10.0.0.11\", \"10.0.0.12\", \"10.0.0.13\", \"10.0.0.14\", \"10.0.0.15\"]}",
            .down(.dnsMismatch), "missing: 10.0.0.15"),
        .init(
            "many too many", "A", many(10..<130), "{\"answers\": [\"10.0.0.10\", \"10.0.0.9\"]}",
            .down(.dnsMismatch), "missing: 10.0.0.9; too much: 10.0.0.100, 10.0.0.101, 10.0.0.102 and 116 more"),
        .init(
            "nothing in common", "A", many(1..<3), "{\"answers\": [\"127.0.0.1\", \"127.0.0.2\"]}",
            .down(.dnsMismatch), "got 10.0.0.1, 10.0.0.2, expected 127.0.0.1, 127.0.0.2"),
        .init(
            "nothing in common of much", "A", many(1..<5), "{\"answers\": [\"127.0.0.1\"]}", .down(.dnsMismatch),
            "missing: 127.0.0.1; too much: 10.0.0.1, 10.0.0.2, 10.0.0.3 and 1 more"),
        .init(
            "long texts that begin alike", "TXT", [txt(String(repeating: "k", count: 300) + "AAA")],
            "{\"answers\": [\"" + String(repeating: "k", count: 300) + "BBB\"]}", .down(.dnsMismatch),
            "got …\(String(repeating: "k", count: 20))AAA, expected …\(String(repeating: "k", count: 20))BBB"),
        .init(
            "long texts that begin otherwise", "TXT", [txt(String(repeating: "k", count: 300))],
            "{\"answers\": [\"" + String(repeating: "l", count: 81) + "\"]}", .down(.dnsMismatch),
            "got \(String(repeating: "k", count: 80))…, expected \(String(repeating: "l", count: 80))…"),
    ]
}
