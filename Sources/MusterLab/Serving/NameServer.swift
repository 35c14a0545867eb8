import MusterCore
import MusterSystem

/// Answers DNS queries from the plan's table, from the query's bytes straight into the answer's.
struct NameServer: Sendable {
    let table: NameTable

    /// What a query says that an answer needs.
    private struct Question {
        /// The name, in wire form, root byte included.
        var name: Range<Int>
        var type: UInt16
        /// The largest answer over UDP that the client takes, nil without EDNS.
        var payloadSize: Int?
    }

    private static let options: [11 of UInt8] = [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0]

    /// Writes the answer to a query and returns its length; 0 where nothing is to be said.
    func answer(
        _ query: Span<UInt8>, at server: Endpoint, overTCP: Bool, into room: inout MutableSpan<UInt8>
    ) -> Int {
        guard let question = NameServer.question(query) else { return 0 }
        let reply = table.reply(query, question.name, type: question.type, server: NameTable.key(server))
        if reply?.isDropped == true { return 0 }
        let options = question.payloadSize == nil ? 0 : NameServer.options.count
        let records = reply.map { Int($0.length) } ?? 0
        let limit = overTCP ? room.count : min(room.count, max(512, question.payloadSize ?? 512))
        let questionEnd = question.name.upperBound + 4
        let isCut = reply?.isTruncated == true && !overTCP || questionEnd + records + options > limit
        // Header (RFC 1035 §4.1.1): an authoritative answer, the question's RD repeated.
        var end = 0
        while end < questionEnd {
            room[end] = query[end]
            end += 1
        }
        room[2] = 0x84 | (isCut ? 0x02 : 0) | (query[2] & 0x01)
        // A question nobody planned is refused, so that it is not taken for a planted fault.
        room[3] = reply?.code ?? 5
        for (offset, count) in [(6, isCut ? 0 : Int(reply?.count ?? 0)), (8, 0), (10, options > 0 ? 1 : 0)] {
            room[offset] = UInt8(truncatingIfNeeded: count >> 8)
            room[offset + 1] = UInt8(truncatingIfNeeded: count)
        }
        if let reply, !isCut {
            for index in Int(reply.start)..<Int(reply.start + reply.length) {
                room[end] = table.records[index]
                end += 1
            }
        }
        if options > 0 {
            // OPT (RFC 6891 §6.1.2) with a payload of 1,232 bytes.
            for index in NameServer.options.indices { room[end + index] = NameServer.options[index] }
            end += NameServer.options.count
        }
        return end
    }

    /// The question of a standard query with exactly one, of class IN; nil for anything else.
    private static func question(_ query: Span<UInt8>) -> Question? {
        guard query.count >= 17, query[2] & 0xF8 == 0, query[4] == 0, query[5] == 1 else { return nil }
        var position = 12
        while position < query.count, query[position] != 0 {
            guard query[position] < 64 else { return nil }
            position += Int(query[position]) + 1
        }
        let end = position + 1
        guard end - 12 <= 255, end + 4 <= query.count, query[end + 2] == 0, query[end + 3] == 1 else { return nil }
        var question = Question(name: 12..<end, type: UInt16(query[end]) << 8 | UInt16(query[end + 1]))
        let options = end + 4
        let isOnlyOptions = query[7] == 0 && query[9] == 0 && query[11] == 1 && options + 11 <= query.count
        if isOnlyOptions, query[options] == 0, query[options + 1] == 0, query[options + 2] == 41 {
            question.payloadSize = Int(query[options + 3]) << 8 | Int(query[options + 4])
        }
        return question
    }

    /// Serves queries over TCP, each behind its length (RFC 1035 §4.2.2), until the peer ends.
    func converse(_ socket: TCPSocket, at server: Endpoint) async throws(SocketFault) {
        var pending: [UInt8] = []
        while true {
            let received: Void? = try await socket.receive(until: .after(Lab.idleLimit)) { bytes in
                for index in bytes.indices { pending.append(bytes[index]) }
            }
            guard received != nil else { return }
            while pending.count >= 2, pending.count - 2 >= Int(pending[0]) << 8 | Int(pending[1]) {
                let end = 2 + (Int(pending[0]) << 8 | Int(pending[1]))
                let answer = framedAnswer(Array(pending[2..<end]), at: server)
                pending.removeFirst(end)
                if !answer.isEmpty { try await socket.send(answer, until: .after(Lab.idleLimit)) }
            }
        }
    }

    private func framedAnswer(_ query: [UInt8], at server: Endpoint) -> [UInt8] {
        var room = [UInt8](repeating: 0, count: 65_535)
        var span = room.mutableSpan
        let length = answer(query.span, at: server, overTCP: true, into: &span)
        guard length > 0 else { return [] }
        return [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)] + room[..<length]
    }
}
