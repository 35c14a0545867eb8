/// What a datagram is to a query.
package enum DNSAnswerCheck: Hashable, Sendable {
    /// Not an answer to this query: another id, not a response, another question. Ignore it and keep waiting, since
    /// anybody can send such a datagram.
    case unrelated
    /// The answer, cut short by the server: ask again over TCP (RFC 7766 §5).
    case truncated
    /// The header and the question are those of the answer, but the rest cannot be read.
    case malformed(DNSFault)
    /// The answer, readable in all its sections.
    case answer(DNSResponseCode)
}

extension DNSQuery {
    /// Looks at what decides whether a datagram answers this query as sent with `id`, and verifies all its records.
    /// Allocates nothing.
    ///
    /// The question must be repeated, the case of letters set aside; only with the codes FORMERR, SERVFAIL, NOTIMP
    /// and REFUSED may it be left out. The rest is judged as by `DNSMessage.init(parsing:)`, but with these codes a header
    /// alone is an answer too, whatever it counts: old servers send back the counts of the query.
    package func check(_ datagram: Span<UInt8>, id: UInt16) -> DNSAnswerCheck {
        guard datagram.count >= DNSWire.headerSize, Bytes.word(datagram, 0) == id, datagram[2] & 0xF8 == 0x80 else {
            return .unrelated
        }
        let code = UInt16(datagram[3] & 0x0F)
        let questionless: UInt16 = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5
        let mayLackQuestion = questionless >> code & 1 == 1
        var position = DNSWire.headerSize
        if mayLackQuestion, datagram.count == position { return .answer(DNSResponseCode(rawValue: code)) }
        switch Bytes.word(datagram, 4) {
        case 1:
            guard repeatsQuestion(datagram) else { return .unrelated }
            position = questionEnd
        case 0:
            guard mayLackQuestion else { return .unrelated }
        default:
            return .unrelated
        }
        if datagram[2] & 0x02 != 0 { return .truncated }
        do {
            let options = try DNSWire.verifyRecords(datagram, from: position)
            return .answer(DNSResponseCode(rawValue: options.extendedCode << 4 | code))
        } catch {
            return .malformed(error)
        }
    }

    /// Whether an answer says that its server does not know EDNS, so that the query has to be asked without. Also where no more
    /// of it can be read than that: who does not know EDNS may send any of it back. A code that is hoped for is no refusal.
    package func isRefused(
        by check: DNSAnswerCheck, _ message: Span<UInt8>, expecting hoped: DNSResponseCode = .noError
    ) -> Bool {
        guard hasOptions else { return false }
        switch check {
        case .answer(let code): return code.mayRefuseOptions && code != hoped
        case .malformed: return DNSResponseCode(rawValue: UInt16(message[3] & 0x0F)).mayRefuseOptions
        case .unrelated, .truncated: return false
        }
    }

    /// Whether an answer carries exactly this IPv4 address, given in host order, in an A record of the name asked
    /// for or of a name that the answer's CNAME records lead to (16 at most). Allocates nothing.
    ///
    /// The datagram is one that `check` called an answer; for any other the result is false or of no meaning.
    package func answersContain(ipv4 address: UInt32, in datagram: Span<UInt8>) -> Bool {
        answersContain(in: datagram) { record in
            record.type == DNSRecordType.a.rawValue && record.data.count == 4
                && Bytes.doubleWord(datagram, record.data.lowerBound) == address
        }
    }

    /// The same for an AAAA record and the two halves of an IPv6 address.
    package func answersContain(ipv6High high: UInt64, low: UInt64, in datagram: Span<UInt8>) -> Bool {
        answersContain(in: datagram) { record in
            record.type == DNSRecordType.aaaa.rawValue && record.data.count == 16
                && Bytes.quadWord(datagram, record.data.lowerBound) == high
                && Bytes.quadWord(datagram, record.data.lowerBound &+ 8) == low
        }
    }

    /// Where the question ends in this query and in every message that repeats it.
    private var questionEnd: Int { nameEnd &+ 4 }

    @inline(__always)
    func repeatsQuestion(_ datagram: Span<UInt8>) -> Bool {
        let own = template.span
        let end = nameEnd &+ 4
        guard end <= datagram.count, end <= own.count else { return false }
        var index = DNSWire.headerSize
        var difference: UInt8 = 0
        while index < nameEnd {
            // Lengths of labels are below 64 and so never look like letters.
            difference |= Bytes.difference(own[index], datagram[index])
            index &+= 1
        }
        // Type and class.
        return difference == 0 && Bytes.doubleWord(own, nameEnd) == Bytes.doubleWord(datagram, nameEnd)
    }

    @inline(__always)
    private func answersContain(in datagram: Span<UInt8>, _ isWanted: (DNSRecordFrame) -> Bool) -> Bool {
        guard datagram.count >= questionEnd, Bytes.word(datagram, 4) == 1 else { return false }
        let count = Int(Bytes.word(datagram, 6))
        var owner = DNSWire.headerSize
        var aliases = 0
        var pass = 0
        // A record may stand before the alias that leads to it: whenever aliases were followed, look once more.
        repeat {
            pass = aliases
            var position = questionEnd
            var index = 0
            while index < count {
                // What is wrong is for `check` to say; here it only means that nothing is found.
                guard let record = try? DNSWire.record(datagram, at: position) else { return false }
                position = record.data.upperBound
                index &+= 1
                guard record.recordClass == DNSWire.internet, DNSWire.sameName(datagram, record.name, owner) else {
                    continue
                }
                if isWanted(record) { return true }
                if record.type == DNSRecordType.cname.rawValue, aliases < 16 {
                    owner = record.data.lowerBound
                    aliases &+= 1
                }
            }
        } while aliases > pass
        return false
    }
}
