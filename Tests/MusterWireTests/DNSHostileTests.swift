import MusterWire
import Testing

/// Header, the question `a.` of type A, and one answer that owns `name` and holds `data`.
private func message(name: [UInt8], type: UInt8 = 1, data: [UInt8], size: Int? = nil) -> [UInt8] {
    let size = size ?? data.count
    return [0, 1, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0] + [1, 0x61, 0, 0, 1, 0, 1] + name
        + [0, type, 0, 1, 0, 0, 0, 60, UInt8(size >> 8), UInt8(size & 0xFF)] + data
}

@Suite struct DNSHostileTests {
    static let query = DNSQuery(name: DNSFixtures.name("a"), type: .a)
    static let address: [UInt8] = [127, 0, 0, 1]

    @Test(
        "A broken record is refused with its fault, by the check as by the whole reading",
        arguments: [
            // The answer's name begins at byte 19.
            (message(name: [0xC0, 19], data: address), DNSFault.pointerLoop),
            (message(name: [0xC0, 25], data: address), .pointerLoop),
            (message(name: [1, 0x62, 0xC0, 19], data: address), .pointerLoop),
            (message(name: [0xFF, 0xFF], data: address), .pointerLoop),
            (message(name: [0xC0, 4], data: address), .badPointer),
            (message(name: [0x40, 0], data: address), .badLabelType),
            (message(name: [0x80, 0], data: address), .badLabelType),
            (message(name: [0], data: [1, 2, 3]), .badRecordLength),
            (message(name: [0], data: [1, 2, 3, 4, 5]), .badRecordLength),
            (message(name: [0], data: address, size: 5), .truncatedMessage),
            (message(name: [63], data: address), .truncatedMessage),
            (message(name: [0], type: 28, data: address), .badRecordLength),
            (message(name: [0], type: 5, data: []), .badRecordLength),
            (message(name: [0], type: 5, data: [0, 0]), .badRecordLength),
            (message(name: [0], type: 5, data: [0xC0]), .truncatedMessage),
            (message(name: [0], type: 15, data: [0, 10]), .badRecordLength),
            (message(name: [0], type: 33, data: [0, 1, 0, 1, 0, 1]), .badRecordLength),
            (message(name: [0], type: 6, data: [UInt8](repeating: 0, count: 21)), .badRecordLength),
            (message(name: [0], type: 6, data: [UInt8](repeating: 0, count: 23)), .badRecordLength),
            (message(name: [0], type: 16, data: []), .badRecordLength),
            (message(name: [0], type: 16, data: [5, 1, 2]), .badRecordLength),
            (message(name: [0], type: 39, data: []), .badRecordLength),
            (message(name: [0], type: 39, data: [0, 0]), .badRecordLength),
            (message(name: [0], type: 41, data: []), .badOptions),
        ])
    func broken(bytes: [UInt8], fault: DNSFault) {
        #expect(throws: fault) { try DNSMessage(parsing: bytes) }
        #expect(Self.query.check(bytes, id: 1) == .malformed(fault))
        #expect(Self.query.answersContain(ipv4: 0x7F00_0001, in: bytes) == false)
    }

    @Test("A record in order is read, as the tests of broken ones rely on")
    func inOrder() throws {
        let bytes = message(name: [0xC0, 12], data: Self.address)
        #expect(try DNSMessage(parsing: bytes).answers.first?.data == .a(0x7F00_0001))
        #expect(Self.query.check(bytes, id: 1) == .answer(.noError))
    }

    @Test("Counts that the message has no room for are refused before anything is read")
    func counts() {
        var bytes = message(name: [0], data: Self.address)
        bytes[6] = 0xFF
        #expect(throws: DNSFault.tooManyRecords) { try DNSMessage(parsing: bytes) }
        bytes[6] = 0
        bytes[5] = 2
        #expect(throws: DNSFault.tooManyQuestions) { try DNSMessage(parsing: bytes) }
        bytes[5] = 1
        bytes[18] = 3
        #expect(throws: DNSFault.badQuestionClass) { try DNSMessage(parsing: bytes) }
    }

    @Test("A name grown beyond 255 bytes by a pointer is refused")
    func grown() {
        let label = [63] + [UInt8](repeating: 0x61, count: 63)
        let long = label + label + label + [61] + [UInt8](repeating: 0x62, count: 61)
        let header: [UInt8] = [0, 1, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0]
        let fixed: [UInt8] = [0, 1, 0, 1, 0, 0, 0, 60, 0, 4] + Self.address
        let fits = header + long + [0, 0, 1, 0, 1] + [0xC0, 12] + fixed
        let grows = header + long + [0, 0, 1, 0, 1] + [1, 0x63, 0xC0, 12] + fixed
        #expect(throws: Never.self) { try DNSMessage(parsing: fits) }
        #expect(throws: DNSFault.nameTooLong) { try DNSMessage(parsing: grows) }
    }

    @Test("A name takes 127 pointers and not one more", arguments: [(127, true), (128, false)])
    func chain(pointers: Int, isFine: Bool) {
        // The data of a first record of an unknown type: a root name, then pointers each to the one before.
        let start = 12 + 7 + 11
        var data: [UInt8] = [0, 0]
        for index in 1..<pointers {
            let target = start + 2 * (index - 1)
            data += [0xC0 | UInt8(target >> 8), UInt8(target & 0xFF)]
        }
        let last = start + 2 * (pointers - 1)
        var bytes = message(name: [0], type: 99, data: data)
        bytes[7] = 2
        bytes += [0xC0 | UInt8(last >> 8), UInt8(last & 0xFF), 0, 1, 0, 1, 0, 0, 0, 60, 0, 4] + Self.address
        #expect(Self.query.check(bytes, id: 1) == (isFine ? .answer(.noError) : .malformed(.pointerLoop)))
    }

    @Test("OPT stands once, among the additional records, owned by the root")
    func options() throws {
        var message = DNSMessage()
        message.ednsPayloadSize = 512
        let bytes = message.encoded()
        #expect(try DNSMessage(parsing: bytes).ednsPayloadSize == 512)
        var twice = bytes + bytes[12...]
        twice[11] = 2
        #expect(throws: DNSFault.badOptions) { try DNSMessage(parsing: twice) }
        var asAnswer = bytes
        asAnswer[7] = 1
        asAnswer[11] = 0
        #expect(throws: DNSFault.badOptions) { try DNSMessage(parsing: asAnswer) }
        let owned = Array(bytes[..<12]) + [1, 0x61] + bytes[12...]
        #expect(throws: DNSFault.badOptions) { try DNSMessage(parsing: owned) }
    }

    @Test("Changed at random, messages never crash a reader, and the readers agree", arguments: [1, 2, 3] as [UInt64])
    func mutations(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let rich = DNSFixtures.richAnswer.encoded()
        let query = DNSQuery(name: DNSFixtures.owner, type: .a)
        var seen: (answers: Int, malformed: Int, unrelated: Int) = (0, 0, 0)
        for _ in 0..<10_000 {
            // Half of the changes spare header and question, so that the records are reached.
            let kept = Bool.random(using: &random) ? 33 : 0
            let bytes = Array(rich[..<kept]) + Array(rich[kept...]).mutated(by: &random)
            let parsed = Result { () throws(DNSFault) in try DNSMessage(parsing: bytes) }
            let contained = query.answersContain(ipv4: 0x0A00_0002, in: bytes)
            _ = query.answersContain(ipv6High: 1, low: 2, in: bytes)
            switch query.check(bytes, id: 0xBEEF) {
            case .answer(let code):
                seen.answers += 1
                guard case .success(let message) = parsed else {
                    Issue.record("checked as an answer but not readable: \(bytes)")
                    continue
                }
                #expect(message.responseCode == code)
                #expect(!contained || message.answers.contains { $0.data == .a(0x0A00_0002) })
                let written = Result { () throws(DNSFault) in try DNSMessage(parsing: message.encoded()) }
                #expect(written == .success(message))
            case .malformed(let fault):
                seen.malformed += 1
                #expect(parsed == .failure(fault))
            case .unrelated, .truncated:
                seen.unrelated += 1
            }
        }
        #expect(seen.answers > 500 && seen.malformed > 500 && seen.unrelated > 500, "\(seen)")
    }
}
