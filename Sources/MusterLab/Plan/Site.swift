import MusterTLS

/// What answers at one address and port.
enum Site: Hashable, Sendable {
    /// Accepts, and waits until the peer ends.
    case open
    /// Sends these bytes at once, or after the pause of ``LabFault/slow``; `reads` where the peer sends something too.
    case banner([UInt8], isSlow: Bool, reads: Bool)
    /// Accepts and resets, at once or when the peer has begun to speak.
    case reset(whenSpokenTo: Bool)
    /// Accepts, takes what comes and says nothing.
    case silent
    /// Drops connection requests.
    case blackHole
    /// DNS over TCP.
    case names
    /// HTTP, over TLS where a flaw (or none) is given. Indices into the plan's routes, ascending.
    case web([Int32], tls: LabAuthority.Flaw?)

    /// What serves two checks at the same place, nil where nothing can.
    func merged(with other: Site) -> Site? {
        switch (self, other) {
        case _ where self == other: self
        case (.open, .banner), (.open, .silent), (.open, .names), (.open, .web): other
        case (.banner, .open), (.silent, .open), (.names, .open), (.web, .open): self
        case (.web(let mine, let tls), .web(let others, let otherTLS)) where tls == otherTLS:
            .web(Set(mine + others).sorted(), tls: tls)
        default: nil
        }
    }
}

/// One request that a web site knows, and its answer.
struct Route: Hashable, Sendable {
    /// `GET /health HTTP/1.`: what the request begins with.
    var opening: [UInt8]
    /// Whether the request has a body, so that it does not end with its head.
    var hasBody = false
    var answer: WebAnswer
}

/// An HTTP response, whole.
struct WebAnswer: Hashable, Sendable {
    /// Head and body; only the beginning of the head where it is endless.
    var bytes: [UInt8]
    /// Sent after the pause of ``LabFault/slow``.
    var isSlow = false
    /// Followed by header fields for as long as the peer reads, up to ``WebAnswer/endlessLimit``.
    var isEndless = false

    /// How many bytes of an endless head are sent at most.
    static let endlessLimit = 1 << 20
}
