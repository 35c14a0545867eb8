/// The family of a user agent: what most people would call the program (RFC 9110 §10.1.5 has the grammar that agents more
/// or less keep).
enum AgentFamily {
    /// Products by which browsers are known, the more particular before those that they also claim to be.
    private static let products: [(token: StaticString, family: StaticString)] = [
        ("Edg", "Edge"), ("EdgA", "Edge"), ("EdgiOS", "Edge"), ("Edge", "Edge"), ("OPR", "Opera"), ("OPiOS", "Opera"),
        ("Opera", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("YaBrowser", "Yandex Browser"),
        ("Vivaldi", "Vivaldi"), ("FxiOS", "Firefox"), ("Firefox", "Firefox"), ("HeadlessChrome", "HeadlessChrome"),
        ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Chromium", "Chrome"), ("MSIE", "Internet Explorer"),
        ("Trident", "Internet Explorer"), ("Safari", "Safari"),
    ]

    /// The first bytes of each product's token, eight of them at most: one comparison tells most tokens apart.
    private static let heads: [UInt64] = products.map { product in
        var head: UInt64 = 0
        // Invariant: the index is below the static text's length.
        for index in 0..<min(8, product.token.utf8CodeUnitCount) {
            head |= unsafe UInt64(product.token.utf8Start[index]) << UInt64(index * 8)
        }
        return head
    }

    /// Bots whose names do not say it.
    private static let quietBots: [StaticString] = [
        "facebookexternalhit", "Mediapartners-Google", "Google-InspectionTool", "Slurp", "ia_archiver", "WhatsApp",
    ]

    /// The name of a bot, wherever in the agent it stands; else the browser; else the first product, as curl, Wget,
    /// python-requests and Go-http-client have one; the agent itself where it has no product.
    static func family(_ agent: Text, _ scratch: inout Scratch) -> Text {
        let heads = heads
        var browser = heads.count
        var first: Text?
        var index = 0
        while let token = nextToken(agent, &index) {
            if isBot(token) { return token }
            first = first ?? token
            let head = head(token)
            for rank in 0..<browser where heads[rank] == head && equals(token, products[rank].token) {
                browser = rank
                break
            }
        }
        guard browser < heads.count else { return first ?? agent }
        let family = products[browser].family
        let length = family.utf8CodeUnitCount
        return unsafe scratch.make(length) { start in
            // Invariant: as many bytes are written as the static text has, which is what was asked for.
            for position in 0..<length { unsafe start[position] = family.utf8Start[position] }
            return length
        }
    }

    /// The first bytes of a token, eight of them at most.
    private static func head(_ token: Text) -> UInt64 {
        // Invariant: a text has padding behind it that can be read.
        let bytes = unsafe ByteScan.load64(token.start)
        return token.count >= 8 ? bytes : bytes & ~(~0 << UInt64(token.count * 8))
    }

    /// The next run of bytes without separators, one that is the version of a product left out.
    private static func nextToken(_ agent: Text, _ index: inout Int) -> Text? {
        while index < agent.count {
            let isVersion = index > 0 && agent[index - 1] == 0x2f
            let start = index
            while index < agent.count, !isSeparator(agent[index]) { index += 1 }
            let token = agent[start..<index]
            index += 1
            if !isVersion, !token.isEmpty { return token }
        }
        return nil
    }

    @inline(__always)
    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x22, 0x28, 0x29, 0x2c, 0x2f, 0x3b, 0x5b, 0x5d: true
        default: false
        }
    }

    /// Whether a token is a bot's name: it has `bot`, `spider` or `crawl` in it and is no part of an address or of a name
    /// of a phone by Cubot.
    private static func isBot(_ token: Text) -> Bool {
        var isNamed = false
        for index in 0..<token.count {
            let byte = token[index]
            // A dot, a colon or an at sign: a host, a scheme, an address; and most versions.
            if byte == 0x2e || byte == 0x3a || byte == 0x40 { return false }
            switch byte | 0x20 {
            case UInt8(ascii: "b"): isNamed = isNamed || has(token, index, "bot")
            case UInt8(ascii: "s"): isNamed = isNamed || has(token, index, "spider")
            case UInt8(ascii: "c"): isNamed = isNamed || has(token, index, "crawl")
            default: break
            }
        }
        if isNamed { return !has(token, 0, "cubot") }
        return token.count >= 5 && quietBots.contains { equals(token, $0) }
    }

    /// Whether lower-case letters stand at an index, in any case.
    private static func has(_ token: Text, _ index: Int, _ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard index + length <= token.count else { return false }
        // Invariant: the position is below the static text's length.
        for position in 0..<length where unsafe token[index + position] | 0x20 != word.utf8Start[position] {
            return false
        }
        return true
    }

    private static func equals(_ token: Text, _ word: StaticString) -> Bool {
        guard token.count == word.utf8CodeUnitCount, unsafe token.isEmpty || token[0] == word.utf8Start[0] else {
            return false
        }
        // Invariant: both have as many bytes.
        for position in 0..<token.count where unsafe token[position] != word.utf8Start[position] { return false }
        return true
    }
}
