internal import MusterCore
internal import MusterWire

/// The request of a check, with places for what differs from host to host.
struct HTTPRequestTemplate: Sendable {
    /// A request for one target.
    struct Prepared: Sendable {
        var scheme: HTTPURL.Scheme
        /// What the URL names: `.name`, `.address`, or a text of its own.
        var host: Template.Segment
        var port: UInt16
        var bytes: [UInt8]

        /// The host as the URL names it.
        func hostText(for target: Host) -> String {
            switch host {
            case .name: target.name
            case .address: target.addressText
            case .text(let bytes): String(decoding: bytes, as: UTF8.self)
            case .variable(let name): target.variable(name) ?? ""
            }
        }
    }

    private let url: Template
    private let method: String
    private let headers: [(name: String, value: Template)]
    private let body: Template?
    /// Where nothing differs.
    private let constant: Prepared?
    /// Where little differs.
    private let stencil: HTTPRequestStencil?

    static let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]

    /// Reads the settings, noting what is faulty; nil where there is no URL.
    init?(_ reader: SettingsReader) {
        let url = reader.template("url")
        method = reader.choice("method", Self.methods) ?? "GET"
        var headers: [(name: String, value: Template)] = []
        if let object = reader.object("headers") {
            for member in object.members {
                if let value = object.template(member.name) { headers.append((member.name, value)) }
            }
        }
        self.headers = headers
        body = reader.template("body")
        guard let url else { return nil }
        self.url = url
        if let hint = Self.fault(url, method, headers) {
            reader.log.add(.badValue, at: reader.place(hint.key), hint.text)
        }
        let isConstant =
            url.constant != nil && headers.allSatisfy { $0.value.constant != nil }
            && (body == nil || body?.constant != nil)
        constant =
            isConstant
            ? try? Self.prepare(
                url.constant ?? "", method, headers.map { ($0.name, $0.value.constant ?? "") }, body?.constant) : nil
        stencil = isConstant ? nil : HTTPRequestStencil(url: url, method: method, headers: headers, body: body)
    }

    var templates: [Template?] { [url, body] + headers.map(\.value) }
    /// The port of all requests; nil where it may differ from host to host.
    var port: UInt16? { constant?.port ?? stencil?.port }
    var isHead: Bool { method == "HEAD" }
    var methodName: String { method }

    /// Whether the URL can only be `https`.
    var isSecure: Bool { url.source.lowercased().hasPrefix("https:") }

    /// The request for a target; the verdict where its values make none.
    func prepare(for host: Host) throws(Refusal) -> Prepared {
        if let constant { return constant }
        if let stencil, let bytes = stencil.bytes(for: host) {
            return Prepared(scheme: stencil.scheme, host: stencil.host, port: stencil.port, bytes: bytes)
        }
        return try Self.prepare(
            url.textWithPort(for: host), method, headers.map { ($0.name, $0.value.text(for: host)) },
            body?.text(for: host))
    }

    private static func prepare(
        _ text: String, _ method: String, _ headers: [(name: String, value: String)], _ body: String?
    ) throws(Refusal) -> Prepared {
        let url: HTTPURL
        do throws(HTTPURLFault) {
            url = try HTTPURL(text)
        } catch {
            throw Refusal(.unknown(.fault), "\"\(text)\" is no URL: \(error.hint)")
        }
        do throws(HTTPFault) {
            let request = try HTTPRequest(
                method: method, target: url.target, host: url.hostHeader, headers: headers,
                body: Array((body ?? "").utf8))
            return Prepared(
                scheme: url.scheme, host: .text(Array(url.host.utf8)), port: url.port, bytes: request.encoded())
        } catch {
            throw Refusal(.unknown(.fault), error.description)
        }
    }

    /// What is wrong whatever the host: each place is tried with a harmless value.
    private static func fault(
        _ url: Template, _ method: String, _ headers: [(name: String, value: Template)]
    ) -> (key: String, text: String)? {
        let sample = url.sample
        do throws(HTTPURLFault) {
            let parsed = try HTTPURL(sample)
            let fields = headers.map { (name: $0.name, value: $0.value.sample) }
            if let text = HTTPRequest.fault(
                method: method, target: parsed.target, host: parsed.hostHeader, headers: fields)
            {
                return ("headers", text)
            }
            return nil
        } catch {
            return ("url", "\"\(url.source)\": \(error.hint)")
        }
    }
}

extension Template {
    /// The text with a harmless digit for every place: what a port, a host and a path all take.
    fileprivate var sample: String {
        var bytes: [UInt8] = []
        for segment in segments {
            switch segment {
            case .text(let text): bytes += text
            case .address: bytes += "127.0.0.1".utf8
            default: bytes.append(UInt8(ascii: "1"))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
