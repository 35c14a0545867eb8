import SwiftASN1
import X509

/// A name of a certificate, taken apart once to be compared with many constraints.
struct ConstrainedName {
    enum Value {
        /// In lower case, without its trailing dot; a wildcard stays its first label.
        case dns([UInt8])
        /// 4 or 16 octets.
        case address([UInt8])
        case email(mailbox: [UInt8], host: [UInt8])
        case directory(DirectoryName)
        /// The host of a URI, in lower case.
        case host([UInt8])
        /// A kind of name that we cannot compare.
        case opaque
        /// It breaks the rules of its kind, so that nobody can say where it lies.
        case malformed
    }

    let form: NameForm
    let value: Value
    private let name: GeneralName

    init(_ name: GeneralName) {
        self.name = name
        form = NameForm(name)
        value = Self.value(name)
    }

    init(subject: DirectoryName) {
        name = .directoryName(subject.name)
        form = .directory
        value = .directory(subject)
    }

    /// For a person.
    var text: String {
        switch name {
        case .dnsName(let text), .rfc822Name(let text), .uniformResourceIdentifier(let text): printable(text)
        case .directoryName(let name): printable(name.description)
        case .ipAddress(let octets): Self.text(ofAddress: octets.bytes)
        default: form.rawValue
        }
    }

    private static func value(_ name: GeneralName) -> Value {
        switch name {
        case .dnsName(let text):
            var octets = HostName.lowercased(text)
            if octets.last == HostName.dot { octets.removeLast() }
            let isWildcard = octets.starts(with: HostName.wildcard)
            return HostName.isWellFormed(isWildcard ? octets.dropFirst(2) : octets[...]) ? .dns(octets) : .malformed
        case .ipAddress(let octets):
            return octets.bytes.count == 4 || octets.bytes.count == 16 ? .address(Array(octets.bytes)) : .malformed
        case .rfc822Name(let text):
            guard let (mailbox, host) = HostName.mailbox(text), !mailbox.isEmpty, HostName.isWellFormed(host[...])
            else { return .malformed }
            return .email(mailbox: mailbox, host: host)
        case .directoryName(let name):
            // A name that was read can be written.
            return (try? DirectoryName(name)).map { .directory($0) } ?? .malformed
        case .uniformResourceIdentifier(let text):
            // RFC 5280 §4.2.1.10: without a host name a URI that is constrained has to be refused.
            return HostName.host(ofURI: text).map { .host($0) } ?? .malformed
        default: return .opaque
        }
    }

    private static func text(ofAddress octets: ArraySlice<UInt8>) -> String {
        guard octets.count == 16 else { return octets.prefix(32).map(String.init).joined(separator: ".") }
        return stride(from: octets.startIndex, to: octets.endIndex, by: 2)
            .map { String(UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]), radix: 16) }.joined(separator: ":")
    }
}

/// A constraint on names of one kind (RFC 5280 §4.2.1.10).
struct NameConstraint {
    private enum Value {
        /// The name or, with `needsLabel`, only those below it; all names if it is empty.
        case dns([UInt8], needsLabel: Bool)
        case range(base: ArraySlice<UInt8>, mask: ArraySlice<UInt8>)
        case mailbox([UInt8], host: [UInt8])
        case host([UInt8], isDomain: Bool)
        case directory(DirectoryName)
        case opaque
    }

    private let value: Value
    /// How many octets a comparison has to look at, at most.
    let size: Int

    /// Nil if it is not well-formed.
    init?(_ name: GeneralName) {
        guard let value = Self.value(name) else { return nil }
        self.value = value
        size =
            switch value {
            case .dns(let base, _): base.count
            case .range(let base, _): base.count
            case .mailbox(let mailbox, let host): mailbox.count + host.count
            case .host(let host, _): host.count
            case .directory(let name): name.size
            case .opaque: 0
            }
    }

    /// Whether the name lies within the constraint. Against an exclusion a wildcard counts for every name it stands for,
    /// against a permission only if all of them lie within.
    func covers(_ name: ConstrainedName, isExclusion: Bool) -> Bool {
        switch (value, name.value) {
        case (.dns(let base, let needsLabel), .dns(let name)):
            return Self.dns(name[...], base[...], needsLabel: needsLabel, isExclusion: isExclusion)
        case (.range(let base, let mask), .address(let address)):
            return base.count == address.count && zip(zip(base, mask), address).allSatisfy { $0.0 & $0.1 == $1 & $0.1 }
        case (.mailbox(let mailbox, let host), .email(let ownMailbox, let ownHost)):
            return mailbox == ownMailbox && host == ownHost
        case (.host(let host, let isDomain), .email(_, let own)), (.host(let host, let isDomain), .host(let own)):
            if host.isEmpty { return true }
            return isDomain ? Self.isBelow(own[...], host[...], needsLabel: true) : own == host
        case (.directory(let base), .directory(let name)): return name.isBelow(base)
        default: return false
        }
    }

    private static func value(_ name: GeneralName) -> Value? {
        switch name {
        case .dnsName(let text): return host(text).map { .dns($0, needsLabel: $1) }
        case .ipAddress(let octets): return range(octets.bytes)
        case .rfc822Name(let text):
            guard let (mailbox, host) = HostName.mailbox(text) else {
                return host(text).map { .host($0, isDomain: $1) }
            }
            guard HostName.isWellFormed(host[...]) else { return nil }
            return mailbox.isEmpty ? .host(host, isDomain: false) : .mailbox(mailbox, host: host)
        // A name that was read can be written.
        case .directoryName(let name): return (try? DirectoryName(name)).map { .directory($0) }
        case .uniformResourceIdentifier(let text):
            guard let (host, isDomain) = host(text), host.isEmpty || !HostName.isAddress(host[...]) else { return nil }
            return .host(host, isDomain: isDomain)
        default: return .opaque
        }
    }

    /// A host, or with a leading period the hosts below it; for DNS names that is no syntax, but in use.
    private static func host(_ text: String) -> ([UInt8], isDomain: Bool)? {
        let octets = HostName.lowercased(text)
        guard !octets.isEmpty else { return (octets, false) }
        let isDomain = octets.first == HostName.dot
        let host = isDomain ? Array(octets.dropFirst()) : octets
        return HostName.isWellFormed(host[...]) ? (host, isDomain) : nil
    }

    /// An address and a mask of the same family, its ones first (RFC 4632).
    private static func range(_ octets: ArraySlice<UInt8>) -> Value? {
        guard octets.count == 8 || octets.count == 32 else { return nil }
        let mask = octets.suffix(octets.count / 2)
        let ones = mask.prefix { $0 == 255 }.count
        let rest = mask.dropFirst(ones)
        let next = rest.first ?? 0
        guard (~next).leadingZeroBitCount == next.nonzeroBitCount, rest.dropFirst().allSatisfy({ $0 == 0 }) else {
            return nil
        }
        return .range(base: octets.prefix(octets.count / 2), mask: mask)
    }

    private static func dns(
        _ name: ArraySlice<UInt8>, _ base: ArraySlice<UInt8>, needsLabel: Bool, isExclusion: Bool
    ) -> Bool {
        guard name.starts(with: HostName.wildcard) else { return isBelow(name, base, needsLabel: needsLabel) }
        let rest = name.dropFirst(2)
        if isBelow(rest, base, needsLabel: false) { return true }
        // The wildcard stands for the constraint's own first label.
        guard isExclusion, let period = base.firstIndex(of: HostName.dot) else { return false }
        return base[(period + 1)...] == rest
    }

    private static func isBelow(_ name: ArraySlice<UInt8>, _ base: ArraySlice<UInt8>, needsLabel: Bool) -> Bool {
        if base.isEmpty { return true }
        if name.count == base.count { return !needsLabel && name == base }
        guard name.count > base.count else { return false }
        let tail = name.suffix(base.count)
        return name[tail.startIndex - 1] == HostName.dot && tail == base
    }
}

/// Host names in other names.
enum HostName {
    static let dot = UInt8(ascii: ".")
    static let wildcard: [UInt8] = [UInt8(ascii: "*"), dot]

    static func lowercased(_ text: String) -> [UInt8] {
        text.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Labels of letters, digits, `-` and `_`, in lower case, without a trailing dot.
    static func isWellFormed(_ octets: ArraySlice<UInt8>) -> Bool {
        var length = 0
        for octet in octets {
            switch octet {
            case dot:
                guard length > 0 else { return false }
                length = 0
                continue
            case 97...122, 48...57, UInt8(ascii: "-"), UInt8(ascii: "_"): length += 1
            default: return false
            }
        }
        return length > 0
    }

    /// What looks like an IPv4 address, and what cannot be a host name.
    static func isAddress(_ octets: ArraySlice<UInt8>) -> Bool {
        octets.allSatisfy { (48...57).contains($0) || $0 == dot }
    }

    /// The parts of a mailbox at its last `@`; nil if there is none. Letter case counts before it only.
    static func mailbox(_ text: String) -> (mailbox: [UInt8], host: [UInt8])? {
        let octets = Array(text.utf8)
        guard let at = octets.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        return (Array(octets[..<at]), lowercased(String(decoding: octets[(at + 1)...], as: UTF8.self)))
    }

    /// The host of a URI (RFC 3986 §3.2.2); nil if there is none, or an address in its place.
    static func host(ofURI uri: String) -> [UInt8]? {
        let octets = lowercased(uri)
        guard let colon = octets.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let rest = octets[(colon + 1)...]
        guard rest.starts(with: [UInt8(ascii: "/"), UInt8(ascii: "/")]) else { return nil }
        let ends = Array("/?#".utf8)
        let authority = rest.dropFirst(2).prefix { !ends.contains($0) }
        let start = authority.lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? authority.startIndex
        let host = authority[start...].prefix { $0 != UInt8(ascii: ":") }
        return isWellFormed(host) && !isAddress(host) ? Array(host) : nil
    }
}
