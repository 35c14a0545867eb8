/// Why a target is down or degraded: a closed list of fixed strings, fit for metric labels.
///
/// Only what the other side did, or failed to do in time, is a `Reason`. What failed on our own side is a ``LocalReason``.
package enum Reason: String, CaseIterable, Sendable, Hashable {
    case resolveNXDomain = "resolve.nxdomain"
    case resolveNoAddress = "resolve.no_address"
    case resolveServFail = "resolve.servfail"

    case tcpRefused = "tcp.refused"
    case tcpTimeout = "tcp.timeout"
    case tcpReset = "tcp.reset"
    case tcpUnreachable = "tcp.unreachable"
    case tcpProhibited = "tcp.prohibited"
    case tcpTTLExceeded = "tcp.ttl_exceeded"
    case tcpSilent = "tcp.silent"
    case tcpClosed = "tcp.closed"
    case tcpMismatch = "tcp.mismatch"

    case dnsTimeout = "dns.timeout"
    case dnsUnreachable = "dns.unreachable"
    case dnsNXDomain = "dns.nxdomain"
    case dnsServFail = "dns.servfail"
    case dnsRefused = "dns.refused"
    case dnsRcode = "dns.rcode"
    case dnsNoData = "dns.nodata"
    case dnsReferral = "dns.referral"
    case dnsMismatch = "dns.mismatch"
    case dnsMalformed = "dns.malformed"
    case dnsTruncated = "dns.truncated"

    case tlsTimeout = "tls.timeout"
    case tlsClosed = "tls.closed"
    case tlsHandshake = "tls.handshake"
    case tlsExpired = "tls.expired"
    case tlsNotYetValid = "tls.not_yet_valid"
    case tlsWrongName = "tls.wrong_name"
    case tlsSelfSigned = "tls.self_signed"
    case tlsIncomplete = "tls.incomplete"
    case tlsUntrusted = "tls.untrusted"
    case tlsWeak = "tls.weak"
    case tlsInvalid = "tls.invalid"
    case tlsExpiresSoon = "tls.expires_soon"

    case httpTimeout = "http.timeout"
    case httpClosed = "http.closed"
    case httpStatus = "http.status"
    case httpBody = "http.body"
    case httpHeader = "http.header"
    case httpTooLarge = "http.too_large"
    case httpMalformed = "http.malformed"

    /// One line that says what was seen, for `muster reasons` and the documentation.
    package var summary: String {
        switch self {
        case .resolveNXDomain: "the host's name does not exist in DNS"
        case .resolveNoAddress: "the host's name exists but has no address"
        case .resolveServFail: "the resolver answered that it could not look the host's name up (SERVFAIL)"
        case .tcpRefused: "the host answered that nothing listens on the port (RST or ICMP)"
        case .tcpTimeout: "no answer to the connection request before the deadline"
        case .tcpReset: "the peer reset the connection after accepting it"
        case .tcpUnreachable: "a router or the host reported that it cannot be reached (ICMP)"
        case .tcpProhibited: "a firewall on the way reported that it forbids the connection (ICMP prohibited)"
        case .tcpTTLExceeded: "a router reported that our packets ran out of hops, as in a routing loop (ICMP)"
        case .tcpSilent: "connected, but the expected bytes did not come before the deadline"
        case .tcpClosed: "the peer closed before sending the expected bytes"
        case .tcpMismatch: "the peer sent other bytes than expected"
        case .dnsTimeout: "the DNS server did not answer before the deadline"
        case .dnsUnreachable: "the DNS server's port is closed or its host unreachable (ICMP)"
        case .dnsNXDomain: "the DNS server says that the name does not exist"
        case .dnsServFail: "the DNS server failed to answer (SERVFAIL)"
        case .dnsRefused: "the DNS server refuses to answer us (REFUSED)"
        case .dnsRcode: "the DNS server answered with another response code than expected"
        case .dnsNoData: "the name exists but has no record of the asked type"
        case .dnsReferral: "the server does not answer for this name but refers to others: a wrong or lame server"
        case .dnsMismatch: "the records differ from the expected ones"
        case .dnsMalformed: "the answer is not a well-formed DNS message"
        case .dnsTruncated: "the answer was truncated and asking again over TCP failed"
        case .tlsTimeout: "connected, but the TLS handshake did not end before the deadline"
        case .tlsClosed: "the peer closed the connection during the TLS handshake"
        case .tlsHandshake: "the TLS handshake failed: an alert, no common version, or no TLS at all"
        case .tlsExpired: "a certificate of the chain has expired"
        case .tlsNotYetValid: "a certificate of the chain is not valid yet"
        case .tlsWrongName: "the certificate does not name the host that was asked for"
        case .tlsSelfSigned: "the certificate is signed by itself and not trusted"
        case .tlsIncomplete: "the server did not send the intermediate certificate"
        case .tlsUntrusted: "the chain ends at a root that is not trusted"
        case .tlsWeak: "a certificate uses a weak key or signature (RSA under 2048 bits, SHA-1)"
        case .tlsInvalid: "the chain breaks a rule: bad signature, constraint, usage, unreadable or missing"
        case .tlsExpiresSoon: "the certificate is valid but ends sooner than the check allows"
        case .httpTimeout: "connected, but no complete response before the deadline"
        case .httpClosed: "the peer closed before the response was complete"
        case .httpStatus: "the response has another status than expected"
        case .httpBody: "the body lacks the expected text"
        case .httpHeader: "a response header is missing or differs"
        case .httpTooLarge: "the response's head is too large, or too many interim ones came"
        case .httpMalformed: "the response is not well-formed HTTP/1"
        }
    }

    /// Whether another attempt may end otherwise: lost packets, overload and restarts yes, a clear answer no.
    package var isTransient: Bool {
        switch self {
        case .tcpTimeout, .tcpReset, .tcpSilent, .tcpClosed, .tcpUnreachable, .tcpTTLExceeded, .dnsTimeout,
            .dnsServFail, .resolveServFail, .dnsTruncated, .tlsTimeout, .tlsClosed, .httpTimeout, .httpClosed:
            true
        default: false
        }
    }
}

/// Why we cannot say how a target is: our side failed. Never the host's fault, never counted as down.
package enum LocalReason: String, CaseIterable, Sendable, Hashable {
    case descriptors = "local.descriptors"
    case ports = "local.ports"
    case memory = "local.memory"
    case route = "local.route"
    case forbidden = "local.forbidden"
    case network = "local.network"
    case resolver = "local.resolver"
    case late = "local.late"
    case cancelled = "local.cancelled"
    case deadline = "local.deadline"
    case unsupported = "local.unsupported"
    case fault = "local.fault"

    /// One line that says what went wrong on our side.
    package var summary: String {
        switch self {
        case .descriptors: "no file descriptor was free (EMFILE, ENFILE), also after waiting with a smaller window"
        case .ports: "no local port or address was free (EADDRNOTAVAIL, EADDRINUSE), also after waiting"
        case .memory: "the kernel had no memory for the socket (ENOBUFS, ENOMEM), also after waiting"
        case .route: "this machine has no route to the address (ENETUNREACH)"
        case .forbidden: "this machine forbids the connection (EACCES, EPERM: a local firewall or sandbox)"
        case .network: "our own network failed: no sentinel answered, so the host is not blamed"
        case .resolver: "the resolver of this machine did not answer"
        case .late: "the deadline passed while our own loop kept the dialogue waiting, so the host is not blamed"
        case .cancelled: "the run was interrupted before the target was judged"
        case .deadline: "the deadline of the whole run passed before the target was judged"
        case .unsupported: "the host uses something that muster cannot judge; the detail says what"
        case .fault: "an unexpected error of muster or of the system; the detail says which"
        }
    }

    /// Whether fewer targets at a time can help: the target waits, the window shrinks, and it is tried again.
    package var isShortage: Bool {
        switch self {
        case .descriptors, .ports, .memory, .late: true
        default: false
        }
    }
}
