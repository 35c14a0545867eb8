import NIOSSL

/// Puts what failed into a short text for a person; the same failure gives the same text.
enum TLSFailure {
    /// - Parameters:
    ///   - error: What NIOSSL reported.
    ///   - opening: The first bytes that the peer sent.
    static func text(of error: any Error, opening: [UInt8], role: TLSRole) -> String {
        if let text = notTLS(opening, role: role) { return text }
        switch error {
        case NIOSSLError.handshakeFailed(.sslError(let stack)), NIOSSLError.shutdownFailed(.sslError(let stack)),
            BoringSSLError.sslError(let stack):
            return text(of: stack)
        case NIOSSLError.handshakeFailed(.syscallError), BoringSSLError.syscallError, NIOSSLError.uncleanShutdown:
            return "the connection ended without notice"
        default: return "TLS failed: \(error)"
        }
    }

    private static func text(of stack: NIOBoringSSLErrorStack) -> String {
        guard let first = stack.first else { return "TLS failed without a reason" }
        if first == .eofDuringHandshake || first == .eofDuringAdditionalCertficiateChainValidation {
            return "the connection ended during the handshake"
        }
        let description = first.description
        if let alert = alertNumber(description) {
            let name = alertNames[alert] ?? String(alert)
            // RFC 8446 §6.2: TLS 1.3 has an alert of its own for it.
            return "the peer sent alert \(name)" + (alert == 116 ? ": it wants a client certificate" : "")
        }
        // Such as "error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at /…/file.cc:123".
        let reason = description.prefix { $0 != "/" }.split(separator: ":").last ?? "UNKNOWN at"
        let words = reason.split(separator: " ").first ?? reason
        if words == "NO_RENEGOTIATION" {
            return "the peer asks to renegotiate, which is not done: it may want a client certificate"
        }
        return "TLS failed: " + words.lowercased().replacing("_", with: " ")
    }

    /// BoringSSL packs library and reason into one number; SSL's library is 16, and its reasons from 1,000 on are the
    /// alerts of the peer.
    private static func alertNumber(_ description: String) -> UInt8? {
        let digits = description.drop { !$0.isNumber }.prefix { $0.isNumber }
        guard let code = UInt32(digits), code >> 24 == 16 else { return nil }
        let reason = code & 0xFFF
        return reason >= 1000 ? UInt8(exactly: reason - 1000) : nil
    }

    /// What the peer speaks instead, if its first bytes are no TLS record (RFC 8446 §5.1); nil if they may be one.
    private static func notTLS(_ opening: [UInt8], role: TLSRole) -> String? {
        guard let kind = opening.first else { return nil }
        let isRecord = (20...24).contains(kind) && (opening.count < 2 || opening[1] == 3)
        guard !isRecord else { return nil }
        let text = String(decoding: opening, as: UTF8.self)
        switch role {
        case .client where text.hasPrefix("HTTP/"): return "not TLS: the peer answered plain HTTP"
        case .server where plainRequests.contains(where: text.hasPrefix): return "not TLS: the peer sent plain HTTP"
        default: break
        }
        if text.hasPrefix("SSH-") { return "not TLS: the peer speaks SSH" }
        if text.hasPrefix("220") || text.hasPrefix("* OK") || text.hasPrefix("+OK") {
            return "not TLS: the peer greets in plain text, as mail and file servers do"
        }
        return "not TLS: the peer's first bytes are no TLS record"
    }

    private static let plainRequests = ["GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT "]

    /// RFC 8446 §6, and those of earlier versions that are still seen.
    private static let alertNames: [UInt8: String] = [
        0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed",
        22: "record_overflow", 30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate",
        42: "bad_certificate", 43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired",
        46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied",
        50: "decode_error", 51: "decrypt_error", 60: "export_restriction", 70: "protocol_version",
        71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled",
        100: "no_renegotiation", 109: "missing_extension", 110: "unsupported_extension",
        112: "unrecognized_name", 113: "bad_certificate_status_response", 115: "unknown_psk_identity",
        116: "certificate_required", 120: "no_application_protocol",
    ]
}
