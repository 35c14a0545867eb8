/// What the answer section of a message says to a question: the records at the end of the aliases that begin at the name
/// asked for (RFC 1034 §4.3.2, §3.6.2). Records of other names, types and classes do not count (RFC 2181 §5.4.1).
package struct DNSAnswerChain: Hashable, Sendable {
    /// The records of the asked type, in class IN; empty where there are none or the aliases do not end.
    package var records: [DNSRecord] = []
    /// The name at the end of the aliases.
    package var name: DNSName
    /// How long all of it holds, in seconds: records and the aliases before them.
    package var timeToLive = UInt32.max
    /// How many aliases were followed, 16 at most.
    package var aliases = 0
    /// Whether the aliases go in a circle, or on beyond 16.
    package var isEndless = false
}

/// Where a server that does not answer sends us (RFC 2308 §2.2, RFC 1034 §4.3.1).
package struct DNSReferral: Hashable, Sendable {
    /// The zone that the named servers serve.
    package var zone: DNSName
    /// The servers, one at least.
    package var servers: [DNSName]
}

extension DNSMessage {
    /// The most aliases that are followed.
    static let mostAliases = 16

    /// The records that answer a question, found along CNAME records and the DNAME records that stand for them (RFC 6672),
    /// in whatever order they come.
    package func chain(from question: DNSQuestion) -> DNSAnswerChain {
        var chain = DNSAnswerChain(name: question.name)
        while true {
            chain.records = answers.filter {
                $0.type == question.rawType && $0.recordClass == DNSWire.internet && $0.name == chain.name
            }
            guard chain.records.isEmpty, let (target, ttl) = alias(of: chain.name) else {
                chain.timeToLive = chain.records.reduce(chain.timeToLive) { min($0, $1.ttl) }
                return chain
            }
            guard chain.aliases < Self.mostAliases else {
                chain.isEndless = true
                return chain
            }
            chain.aliases += 1
            chain.name = target
            chain.timeToLive = min(chain.timeToLive, ttl)
        }
    }

    /// What a name is an alias of by this answer; a CNAME record goes before the DNAME record it was made from.
    private func alias(of name: DNSName) -> (target: DNSName, ttl: UInt32)? {
        var redirected: (DNSName, UInt32)?
        for record in answers where record.recordClass == DNSWire.internet {
            switch record.data {
            case .cname(let target) where record.name == name: return (target, record.ttl)
            case .dname(let target):
                if redirected == nil, let moved = name.moved(from: record.name, to: target) {
                    redirected = (moved, record.ttl)
                }
            default: continue
            }
        }
        return redirected
    }

    /// Where the message refers us to instead of answering; nil for any other message.
    ///
    /// A referral has NOERROR, no record that was asked for, and in its authority section NS records but no SOA record, which
    /// would say that there is no such record. A server with authority for the name (AA) does not refer; for an alias of its
    /// own to another zone it may.
    package func referral(after chain: DNSAnswerChain) -> DNSReferral? {
        guard responseCode == .noError, chain.records.isEmpty, !chain.isEndless,
            chain.aliases > 0 || answers.isEmpty && !isAuthoritative
        else { return nil }
        var referral: DNSReferral?
        for record in authority where record.recordClass == DNSWire.internet {
            switch record.data {
            case .soa: return nil
            case .ns(let server):
                if referral == nil { referral = DNSReferral(zone: record.name, servers: []) }
                referral?.servers.append(server)
            default: continue
            }
        }
        return referral
    }
}

extension DNSName {
    /// This name with its end `owner` replaced by `target`, as a DNAME record has it (RFC 6672 §2.2); nil where it does not lie
    /// below the owner, or becomes too long.
    func moved(from owner: DNSName, to target: DNSName) -> DNSName? {
        let cut = wire.count - owner.wire.count
        guard cut > 0, cut + target.wire.count <= 255 else { return nil }
        var position = 0
        while position < cut { position += Int(wire[position]) + 1 }
        guard position == cut, DNSName(wire: Array(wire[cut...])) == owner else { return nil }
        return DNSName(wire: Array(wire[..<cut]) + target.wire)
    }
}
