/// Texts that neither a referrer nor an agent is: addresses, numbers and names of hosts, which servers write of a request.
enum PlaceText {
    enum Kind {
        /// One address or more, as `X-Forwarded-For` lists them, with ports or without.
        case address
        /// One number or more, as `$upstream_response_time` lists them.
        case number
        /// `www.example.com`, `localhost:8080`
        case host
    }

    static func kind(_ text: Text) -> Kind? {
        if isAddresses(text) { return .address }
        if isNumbers(text) { return .number }
        return isHost(text) ? .host : nil
    }

    private static func isAddresses(_ text: Text) -> Bool {
        var (start, hasAddress) = (0, false)
        while start <= text.count {
            var end = start
            while end < text.count, text[end] != 0x2c { end += 1 }
            while start < end, text[start] == 0x20 { start += 1 }
            let word = text[start..<end]
            // Invariant: a text has as many bytes.
            if unsafe ClientName.isAddress(word.start, word.start + word.count) {
                hasAddress = true
            } else if !word.equals(Array("unknown".utf8)) {
                return false
            }
            start = end + 1
        }
        return hasAddress
    }

    /// Digits and points, and what stands between the numbers of a list.
    private static func isNumbers(_ text: Text) -> Bool {
        let bytes = text.bytes
        return bytes.allSatisfy { $0 &- 48 < 10 || [0x20, 0x2c, 0x2d, 0x2e, 0x3a].contains($0) }
            && bytes.contains { $0 &- 48 < 10 }
    }

    /// `localhost`, or labels with a point between them and two letters or more at the end; a port may follow.
    private static func isHost(_ text: Text) -> Bool {
        let parts = text.bytes.split(separator: 0x3a, omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.count == 1 || !parts[1].isEmpty && parts[1].allSatisfy({ $0 &- 48 < 10 }) else {
            return false
        }
        let labels = parts[0].split(separator: 0x2e, omittingEmptySubsequences: false)
        let isLetter = { (byte: UInt8) in (byte | 0x20) &- 97 < 26 }
        if labels.count == 1 { return parts[0].elementsEqual("localhost".utf8) }
        guard let last = labels.last, last.count >= 2, last.allSatisfy(isLetter) else { return false }
        return labels.allSatisfy { label in
            !label.isEmpty && label.allSatisfy { isLetter($0) || $0 &- 48 < 10 || $0 == 0x2d }
        }
    }
}
