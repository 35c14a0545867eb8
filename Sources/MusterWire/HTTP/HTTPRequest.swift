/// A request of HTTP/1.1 in origin form (RFC 9112 §3.2.1), valid by construction.
package struct HTTPRequest: Sendable {
    /// The method, a token; case matters.
    package let method: String
    /// Path and query, beginning with `/`; or `*`.
    package let target: String
    /// The value of Host, with the port where it is not the default one.
    package let host: String
    /// Further fields in their order.
    package let headers: [(name: String, value: String)]
    /// The body, which may be empty.
    package let body: [UInt8]

    /// A request of these parts. Throws `HTTPFault.invalidRequest` with the text of `fault`.
    package init(
        method: String = "GET", target: String = "/", host: String, headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) throws(HTTPFault) {
        if let fault = Self.fault(method: method, target: target, host: host, headers: headers) {
            throw .invalidRequest(fault)
        }
        self.method = method
        self.target = target
        self.host = host
        self.headers = headers
        self.body = body
    }

    /// What keeps these parts from being a request, in words for who wrote them; nil when nothing does.
    package static func fault(
        method: String, target: String, host: String, headers: [(name: String, value: String)]
    ) -> String? {
        guard HTTPSyntax.isToken(method) else { return "method: must be a token such as GET" }
        guard target == "*" || target.utf8.first == UInt8(ascii: "/"),
            target.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return "target: must begin with / and have no blanks, control or non-ASCII characters (write %20)" }
        guard !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"/?#@\\".utf8.contains($0) }) else {
            return "host: must be a name or an address, with :port where needed"
        }
        for (name, value) in headers {
            let shown = String(name.prefix(40))
            guard HTTPSyntax.isToken(name) else {
                return "header \(shown.debugDescription): the name must be a token such as X-Token"
            }
            guard value.utf8.allSatisfy(HTTPSyntax.isFieldContent) else {
                return "header \(shown): the value must have no line ends and no control characters"
            }
            if Bytes.sameText(name, "Content-Length") || Bytes.sameText(name, "Transfer-Encoding") {
                return "header \(shown): follows from the body and cannot be set"
            }
        }
        return nil
    }

    /// The request on the wire. Host comes first, then `User-Agent: muster/0.1` and `Accept: */*`, each unless among
    /// the headers; Content-Length when there is a body or the method is POST, PUT or PATCH; the headers; and always
    /// `Connection: close`, in the place of any Connection among the headers.
    package func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160 + target.utf8.count + body.count)
        bytes += "\(method) \(target) HTTP/1.1\r\n".utf8
        func write(_ name: String, _ value: String) {
            bytes += name.utf8
            bytes += ": ".utf8
            bytes += value.utf8
            bytes += "\r\n".utf8
        }
        for (name, value) in [("Host", host), ("User-Agent", "muster/0.1"), ("Accept", "*/*")] where !sets(name) {
            write(name, value)
        }
        if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) { write("Content-Length", String(body.count)) }
        for (name, value) in headers where !Bytes.sameText(name, "Connection") { write(name, value) }
        write("Connection", "close")
        bytes += "\r\n".utf8
        bytes += body
        return bytes
    }

    private func sets(_ name: String) -> Bool { headers.contains { Bytes.sameText($0.name, name) } }
}
