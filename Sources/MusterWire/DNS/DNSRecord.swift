internal import MusterCore

/// One resource record (RFC 1035 §4.1.3).
package struct DNSRecord: Hashable, Sendable {
    /// The name that owns the record.
    package var name: DNSName
    /// The type as a number, known to `DNSRecordType` or not.
    package var type: UInt16
    /// The class as a number; 1 is IN. Data of any other class is `.other`.
    package var recordClass: UInt16
    /// For how many seconds the record may be kept; a value with the top bit set reads as 0 (RFC 2181 §8).
    package var ttl: UInt32
    /// What the record says.
    package var data: DNSRecordData

    /// A record of class IN unless told otherwise, its type that of its data.
    package init(name: DNSName, ttl: UInt32, data: DNSRecordData, recordClass: UInt16 = 1) {
        self.name = name
        self.type = data.type
        self.recordClass = recordClass
        self.ttl = ttl
        self.data = data
    }
}

/// What a record says, read by its type.
package enum DNSRecordData: Hashable, Sendable {
    /// An IPv4 address in host order: 127.0.0.1 is 0x7F000001.
    case a(UInt32)
    /// An IPv6 address: its first and its last eight bytes, most significant byte first.
    case aaaa(high: UInt64, low: UInt64)
    /// The canonical name.
    case cname(DNSName)
    /// Where the names below the owner have moved to (RFC 6672).
    case dname(DNSName)
    /// A name server.
    case ns(DNSName)
    /// The name pointed to.
    case ptr(DNSName)
    /// A mail exchange; the lower preference goes first.
    case mx(preference: UInt16, exchange: DNSName)
    /// Character strings, one at least, of at most 255 bytes each; written, a longer one is cut into several.
    case txt([[UInt8]])
    /// The start of a zone of authority.
    case soa(DNSStartOfAuthority)
    /// The location of a service (RFC 2782).
    case srv(priority: UInt16, weight: UInt16, port: UInt16, target: DNSName)
    /// Data of any other type or class, as it is.
    case other(type: UInt16, [UInt8])

    /// The number of the type.
    package var type: UInt16 {
        switch self {
        case .a: DNSRecordType.a.rawValue
        case .aaaa: DNSRecordType.aaaa.rawValue
        case .cname: DNSRecordType.cname.rawValue
        case .dname: DNSWire.dname
        case .ns: DNSRecordType.ns.rawValue
        case .ptr: DNSRecordType.ptr.rawValue
        case .mx: DNSRecordType.mx.rawValue
        case .txt: DNSRecordType.txt.rawValue
        case .soa: DNSRecordType.soa.rawValue
        case .srv: DNSRecordType.srv.rawValue
        case .other(let type, _): type
        }
    }

    /// Presentation form, names without the dot at their end: `127.0.0.1`, `10 mail.example.com`, `"v=spf1 -all"`;
    /// IPv6 as in RFC 5952, unknown types as in RFC 3597 §5.
    package var text: String {
        switch self {
        case .a(let address): IPAddress.v4(address).text
        case .aaaa(let high, let low): IPAddress.v6(high: high, low: low).text
        case .cname(let name), .dname(let name), .ns(let name), .ptr(let name): name.description
        case .mx(let preference, let exchange): "\(preference) \(exchange)"
        case .txt(let texts): texts.map(DNSText.quoted).joined(separator: " ")
        case .soa(let authority): authority.text
        case .srv(let priority, let weight, let port, let target): "\(priority) \(weight) \(port) \(target)"
        case .other(_, let bytes): DNSText.unknown(bytes)
        }
    }
}

/// The data of an SOA record (RFC 1035 §3.3.13). Times are in seconds.
package struct DNSStartOfAuthority: Hashable, Sendable {
    /// The server where the zone comes from.
    package var primary: DNSName
    /// The mailbox of who is responsible, its `@` written as a dot.
    package var mailbox: DNSName
    /// The version of the zone.
    package var serial: UInt32
    /// How often secondaries look for a new version.
    package var refresh: UInt32
    /// How soon they look again after a failure.
    package var retry: UInt32
    /// When they stop answering without having reached the primary.
    package var expire: UInt32
    /// How long the absence of a name may be remembered (RFC 2308 §4).
    package var minimum: UInt32

    /// The start of authority of these values.
    package init(
        primary: DNSName, mailbox: DNSName, serial: UInt32, refresh: UInt32, retry: UInt32, expire: UInt32,
        minimum: UInt32
    ) {
        self.primary = primary
        self.mailbox = mailbox
        self.serial = serial
        self.refresh = refresh
        self.retry = retry
        self.expire = expire
        self.minimum = minimum
    }

    /// The seven fields in their order, with a blank between them.
    package var text: String {
        "\(primary) \(mailbox) \(serial) \(refresh) \(retry) \(expire) \(minimum)"
    }
}

extension DNSRecord {
    /// Reads the record of a frame whose data has been verified.
    init(_ frame: DNSRecordFrame, in bytes: Span<UInt8>) throws(DNSFault) {
        let data =
            frame.recordClass == DNSWire.internet
            ? try DNSRecordData(frame, in: bytes) : .other(type: frame.type, Bytes.copy(bytes, frame.data))
        self.name = try DNSWire.name(bytes, at: frame.name).name
        self.type = frame.type
        self.recordClass = frame.recordClass
        self.ttl = frame.ttl > UInt32(Int32.max) ? 0 : frame.ttl
        self.data = data
    }
}

extension DNSRecordData {
    fileprivate init(_ frame: DNSRecordFrame, in bytes: Span<UInt8>) throws(DNSFault) {
        let start = frame.data.lowerBound
        switch DNSRecordType(rawValue: frame.type) {
        case .a: self = .a(Bytes.doubleWord(bytes, start))
        case .aaaa: self = .aaaa(high: Bytes.quadWord(bytes, start), low: Bytes.quadWord(bytes, start + 8))
        case .cname: self = .cname(try DNSWire.name(bytes, at: start).name)
        case .ns: self = .ns(try DNSWire.name(bytes, at: start).name)
        case .ptr: self = .ptr(try DNSWire.name(bytes, at: start).name)
        case .mx:
            let exchange = try DNSWire.name(bytes, at: start + 2).name
            self = .mx(preference: Bytes.word(bytes, start), exchange: exchange)
        case .txt: self = .txt(Self.texts(bytes, frame.data))
        case .soa: self = .soa(try DNSStartOfAuthority(bytes, at: start))
        case .srv:
            let target = try DNSWire.name(bytes, at: start + 6).name
            self = .srv(
                priority: Bytes.word(bytes, start), weight: Bytes.word(bytes, start + 2),
                port: Bytes.word(bytes, start + 4), target: target)
        case nil where frame.type == DNSWire.dname: self = .dname(try DNSWire.name(bytes, at: start).name)
        case .opt, nil: self = .other(type: frame.type, Bytes.copy(bytes, frame.data))
        }
    }

    private static func texts(_ bytes: Span<UInt8>, _ data: Range<Int>) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        var position = data.lowerBound
        while position < data.upperBound {
            let end = position + 1 + Int(bytes[position])
            texts.append(Bytes.copy(bytes, (position + 1)..<end))
            position = end
        }
        return texts
    }
}

extension DNSStartOfAuthority {
    fileprivate init(_ bytes: Span<UInt8>, at start: Int) throws(DNSFault) {
        let first = try DNSWire.name(bytes, at: start)
        let second = try DNSWire.name(bytes, at: first.end)
        self.init(
            primary: first.name, mailbox: second.name,
            serial: Bytes.doubleWord(bytes, second.end), refresh: Bytes.doubleWord(bytes, second.end + 4),
            retry: Bytes.doubleWord(bytes, second.end + 8), expire: Bytes.doubleWord(bytes, second.end + 12),
            minimum: Bytes.doubleWord(bytes, second.end + 16))
    }
}
