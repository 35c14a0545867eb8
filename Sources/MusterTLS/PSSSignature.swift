import SwiftASN1

/// Verifies RSASSA-PSS signatures with salts of any length (RFC 8017 §8.1.2).
///
/// The cryptographic library takes salts as long as the digest only, and one digest for both purposes. OpenSSL's command
/// line makes the longest salt that fits. All numbers here are public, so nothing has to take constant time.
enum PSSSignature {
    /// Larger keys cost more than a hostile chain may ask for.
    static let maximumBits = 4096

    /// Nil for a key that is not well-formed or over ``maximumBits``.
    ///
    /// - Parameter key: RSAPublicKey in DER (RFC 8017 §A.1.1).
    static func isValid(
        _ signature: ArraySlice<UInt8>, over message: ArraySlice<UInt8>, key: ArraySlice<UInt8>, _ how: PSSParameters
    ) -> Bool? {
        guard let key = RSAPublicNumbers(key) else { return nil }
        let octets = (key.bits + 7) / 8
        guard signature.count == octets, let opened = key.power(of: signature) else { return false }
        let encodedBits = key.bits - 1
        let encoded = opened.suffix((encodedBits + 7) / 8)
        // Where the encoded message is an octet shorter, the first octet is 0.
        guard opened.dropLast(encoded.count).allSatisfy({ $0 == 0 }) else { return false }
        return holds(encoded, bits: encodedBits, message, how)
    }

    /// EMSA-PSS-VERIFY (RFC 8017 §9.1.2).
    private static func holds(
        _ encoded: ArraySlice<UInt8>, bits: Int, _ message: ArraySlice<UInt8>, _ how: PSSParameters
    ) -> Bool {
        let length = how.digest.length
        guard encoded.count >= length + how.salt + 2, encoded.last == 0xBC else { return false }
        let masked = encoded.dropLast(length + 1)
        let digest = Array(encoded.dropFirst(masked.count).prefix(length))
        let unusedBits = 8 * encoded.count - bits
        let usedBits = UInt8(truncatingIfNeeded: 0xFF >> unusedBits)
        guard masked.first.map({ $0 & ~usedBits == 0 }) ?? false else { return false }
        var block = zip(masked, mask(from: digest, count: masked.count, how.mask)).map { $0 ^ $1 }
        block[0] &= usedBits
        let padding = block.count - how.salt - 1
        guard block.prefix(padding).allSatisfy({ $0 == 0 }), block[padding] == 1 else { return false }
        let again = [UInt8](repeating: 0, count: 8) + how.digest.digest(of: message) + block.suffix(how.salt)
        return Array(how.digest.digest(of: again[...])) == digest
    }

    /// MGF1 (RFC 8017 §B.2.1).
    private static func mask(from seed: [UInt8], count: Int, _ kind: DigestKind) -> [UInt8] {
        var mask: [UInt8] = []
        var counter: UInt32 = 0
        while mask.count < count {
            let number = (0..<4).map { UInt8(truncatingIfNeeded: counter >> UInt32(24 - 8 * $0)) }
            mask += kind.digest(of: (seed + number)[...])
            counter += 1
        }
        return Array(mask.prefix(count))
    }
}

/// The two numbers of an RSA key, and raising to a power modulo one of them.
struct RSAPublicNumbers {
    /// The modulus in words, least first.
    private let modulus: [UInt64]
    private let exponent: UInt64
    /// -modulus⁻¹ modulo 2⁶⁴ (Montgomery).
    private let negativeInverse: UInt64
    /// The length of the modulus.
    let bits: Int

    /// Nil for what is no key, an even modulus, a modulus over ``PSSSignature/maximumBits``, or an exponent that is even
    /// or over 17 bits: none in use is greater than 65,537, and each bit costs.
    init?(_ der: ArraySlice<UInt8>) {
        let numbers = try? DER.sequence(DER.parse(der), identifier: .sequence) { nodes in
            (try ArraySlice<UInt8>(derEncoded: &nodes), try UInt64(derEncoded: &nodes))
        }
        guard let (octets, exponent) = numbers else { return nil }
        let digits = octets.drop { $0 == 0 }
        guard let first = digits.first, let last = digits.last, last & 1 == 1 else { return nil }
        guard exponent > 1, exponent & 1 == 1, exponent < 1 << 17 else { return nil }
        bits = digits.count * 8 - first.leadingZeroBitCount
        guard (512...PSSSignature.maximumBits).contains(bits) else { return nil }
        modulus = Self.words(digits)
        self.exponent = exponent
        // Newton: each step doubles the number of right bits, from 3 on.
        var inverse = modulus[0]
        for _ in 0..<5 { inverse = inverse &* (2 &- modulus[0] &* inverse) }
        negativeInverse = 0 &- inverse
    }

    /// `number` to the power of the exponent modulo the modulus, in as many octets as the modulus has; nil if `number` is
    /// not less than the modulus.
    func power(of number: ArraySlice<UInt8>) -> [UInt8]? {
        let padding = [UInt64](repeating: 0, count: modulus.count)
        let value = Array((Self.words(number) + padding).prefix(modulus.count))
        guard Self.isLess(value, modulus) else { return nil }
        let base = product(value, radixSquared())
        var result = base
        for bit in (0..<(63 - exponent.leadingZeroBitCount)).reversed() {
            result = product(result, result)
            if exponent >> UInt64(bit) & 1 == 1 { result = product(result, base) }
        }
        var one = padding
        one[0] = 1
        let plain = product(result, one)
        let octets = (bits + 7) / 8
        return (0..<octets).reversed().map { UInt8(truncatingIfNeeded: plain[$0 / 8] >> UInt64($0 % 8 * 8)) }
    }

    /// R² modulo the modulus, where R is 2 to the power of the modulus' bits in whole words.
    private func radixSquared() -> [UInt64] {
        var value = [UInt64](repeating: 0, count: modulus.count)
        // The greatest power of 2 under the modulus, doubled until it is R².
        value[(bits - 1) / 64] = 1 << UInt64((bits - 1) % 64)
        for _ in 0..<(2 * 64 * modulus.count - (bits - 1)) {
            let carry = value[value.count - 1] >> 63
            for index in value.indices.reversed() {
                value[index] = value[index] << 1 | (index > 0 ? value[index - 1] >> 63 : 0)
            }
            if carry == 1 || !Self.isLess(value, modulus) { subtractModulus(from: &value) }
        }
        return value
    }

    /// a · b / R modulo the modulus.
    private func product(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
        let count = modulus.count
        var sum = [UInt64](repeating: 0, count: count + 2)
        for word in b {
            Self.add(a, times: word, to: &sum)
            Self.add(modulus, times: sum[0] &* negativeInverse, to: &sum)
            // The lowest word is 0 by now.
            for index in 0...count { sum[index] = sum[index + 1] }
            sum[count + 1] = 0
        }
        let overflow = sum[count]
        var result = Array(sum.prefix(count))
        if overflow != 0 || !Self.isLess(result, modulus) { subtractModulus(from: &result) }
        return result
    }

    private static func add(_ number: [UInt64], times factor: UInt64, to sum: inout [UInt64]) {
        var carry: UInt64 = 0
        for index in number.indices {
            let (high, low) = number[index].multipliedFullWidth(by: factor)
            let (first, overflow) = sum[index].addingReportingOverflow(low)
            let (second, again) = first.addingReportingOverflow(carry)
            sum[index] = second
            // The product of two words and two more words fit two words.
            carry = high &+ (overflow ? 1 : 0) &+ (again ? 1 : 0)
        }
        var index = number.count
        while carry != 0 {
            let (value, overflow) = sum[index].addingReportingOverflow(carry)
            sum[index] = value
            carry = overflow ? 1 : 0
            index += 1
        }
    }

    private func subtractModulus(from value: inout [UInt64]) {
        var borrow: UInt64 = 0
        for index in value.indices {
            let (first, under) = value[index].subtractingReportingOverflow(modulus[index])
            let (second, again) = first.subtractingReportingOverflow(borrow)
            value[index] = second
            borrow = under || again ? 1 : 0
        }
    }

    private static func isLess(_ left: [UInt64], _ right: [UInt64]) -> Bool {
        for index in left.indices.reversed() where left[index] != right[index] { return left[index] < right[index] }
        return false
    }

    /// Octets, greatest first, as words, least first.
    private static func words(_ octets: ArraySlice<UInt8>) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: (octets.count + 7) / 8)
        for (index, octet) in octets.reversed().enumerated() {
            words[index / 8] |= UInt64(octet) << UInt64(index % 8 * 8)
        }
        return words
    }
}
