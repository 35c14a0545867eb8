import MusterCore
import MusterSystem
import MusterTesting
import MusterWire
import Synchronization
import Testing

@testable import MusterProbes

/// Servers, and others in their name, that answer with what is not the answer.
@Suite("An answer", .timeLimit(.minutes(40)))
struct ForgedAnswerTests {
    private static func check(_ server: Endpoint, _ name: String, expect: String = "") throws -> Subject {
        let expect = expect.isEmpty ? "{\"answers\": [\"127.0.0.1\"]}" : expect
        return try Subject(
            "dns", "{\"server\": \"\(server.text)\", \"name\": \"\(name)\", \"expect\": \(expect)}")
    }

    /// Whether a question of this name and type comes for the first time.
    private final class Firsts: Sendable {
        private let seen = Mutex<Set<String>>([])

        func isFirst(_ asked: NameScript.Asked) -> Bool {
            seen.withLock { $0.insert("\(asked.name) \(asked.type?.text ?? "")").inserted }
        }
    }

    /// The number in `s17.forged-answer.test`.
    private static func seed(_ name: String) -> Int { Int(name.prefix { $0 != "." }.dropFirst()) ?? 0 }

    private static let liar: ForgingServer = {
        let firsts = Firsts()
        return ForgingServer { asked in
            var lie = Lie(seed(asked.name))
            var replies = (0..<lie.roll(4)).map { _ in lie.stranger(to: asked) }
            if firsts.isFirst(asked), lie.roll(2) == 0 {
                replies.insert(lie.guess(at: asked), at: lie.roll(replies.count + 1))
            }
            return replies + [lie.truth(for: asked)]
        }
    }()

    @Test("that is forged is never taken by a check, and the true one always is, by 500 seeds")
    func checks() async throws {
        let ends = try await Self.liar.serve { server in
            try await withThrowingTaskGroup(of: (Int, Verdict, String).self) { group in
                for seed in 0..<500 {
                    let subject = try Self.check(server, "s\(seed).forged-answer.test")
                    group.addTask {
                        let attempt = await subject.attempt()
                        return (seed, attempt.verdict, attempt.detail)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(ends.filter { $0.1 != .up }.map { "\($0)" } == [])
    }

    @Test("that is forged is never taken by the resolver, and the true one always is, by 500 seeds")
    func resolver() async throws {
        let found = try await Self.liar.serve { server in
            let resolver = ResolverTests.resolver([server])
            return await withTaskGroup(of: (Int, ResolverTests.Found).self) { group in
                for seed in 0..<500 {
                    group.addTask { (seed, await ResolverTests.look(resolver, "r\(seed).forged-answer.test")) }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(found.filter { $0.1 != .address("127.0.0.1") }.map { "\($0)" } == [])
    }

    /// Where nothing true comes. A machine that is too slow even for this says that it was late.
    private static let patience = Duration.seconds(2)

    @Test("that is forged in the place of the true one leads to silence, and what came is told", arguments: 0..<10)
    func instead(seed: Int) async throws {
        try await ForgingServer { asked in
            var lie = Lie(seed)
            return [lie.stranger(to: asked)]
        }.serve { server in
            let attempt = try await Self.check(server, "web.forged-answer.test").attempt(within: Self.patience)
            if attempt.verdict == .unknown(.late) { return }
            #expect(attempt.verdict == .down(.dnsTimeout))
            let detail = attempt.detail
            #expect(detail.isEmpty || detail.hasPrefix("ignored a"), "\(detail)")
            let found = await ResolverTests.look(
                ResolverTests.resolver([server]), "web.forged-answer.test", within: Self.patience)
            if case .refused(.unknown(.late), _) = found { return }
            guard case .refused(.unknown(.resolver), let detail) = found else {
                Issue.record("\(found)")
                return
            }
            #expect(detail.hasPrefix("\(server.text) did not answer"))
        }
    }

    @Test("is waited for after forged ones, as often as they come in one case and the other")
    func forgedThenTrue() async throws {
        try await ForgingServer { asked in
            var forged = asked.answer(.a(Lie.forged))
            forged.question = DNSQuestion(name: named("web2.test"), type: .a)
            return Array(repeating: forged.encoded(), count: 15) + [asked.answer(.a(Lie.truth)).encoded()]
        }.serve { server in
            let attempt = try await Self.check(server, "web1.test").attempt()
            #expect(attempt.verdict == .up)
        }
    }

    @Test("that is none comes 17 times twice, and the server is blamed", arguments: [true, false])
    func withoutEnd(comesAgain: Bool) async throws {
        let firsts = Firsts()
        try await ForgingServer { asked in
            var forged = asked.answer(.a(Lie.forged))
            forged.question = DNSQuestion(name: named("web2.test"), type: .a)
            let isLie = firsts.isFirst(asked) || comesAgain
            return isLie ? Array(repeating: forged.encoded(), count: 17) : [asked.answer(.a(Lie.truth)).encoded()]
        }.serve { server in
            let attempt = try await Self.check(server, "web1.test").attempt()
            #expect(attempt.verdict == (comesAgain ? .down(.dnsMalformed) : .up))
            #expect(attempt.detail == (comesAgain ? "unrelated_messages" : ""))
        }
    }

    @Test("that hundreds of forged ones keep away is told with them, by a check and by the resolver")
    func flood() async throws {
        // A busy machine may give the server no time to forge anything: then there is nothing to tell.
        let floods = Mutex(0)
        let patience = Duration.seconds(10)
        try await ForgingServer { asked in
            floods.withLock { $0 += 1 }
            let answer = asked.answer(.a(Lie.forged))
            return (1...400).map { number in
                var forged = answer
                forged.id ^= UInt16(number)
                return forged.encoded()
            }
        }.serve { server in
            let attempt = try await Self.check(server, "web1.test").attempt(within: patience)
            if attempt.verdict == .unknown(.late) { return }
            #expect(attempt.verdict == .down(.dnsTimeout))
            if attempt.detail.isEmpty, floods.withLock({ $0 }) < 2 { return }
            #expect(attempt.detail.hasPrefix("ignored at least "))
            #expect(attempt.detail.hasSuffix(" messages that do not belong to the question"))
            floods.withLock { $0 = 0 }
            let found = await ResolverTests.look(ResolverTests.resolver([server]), "web1.test", within: patience)
            if case .refused(.unknown(.late), _) = found { return }
            guard case .refused(.unknown(.resolver), let detail) = found else {
                Issue.record("\(found)")
                return
            }
            if detail == "\(server.text) did not answer", floods.withLock({ $0 }) < 2 { return }
            #expect(detail.hasPrefix("\(server.text) did not answer; ignored at least "), "\(detail)")
        }
    }
}

/// Servers that treat the case of letters as they should not.
@Suite("The case of a question", .timeLimit(.minutes(40)))
struct LetterCaseTests {
    private static func subject(_ server: NameScript.Server, _ name: String, _ expect: String = "{}") throws -> Subject
    {
        try Subject("dns", "{\"server\": \"\(server.endpoint.text)\", \"name\": \"\(name)\", \"expect\": \(expect)}")
    }

    /// Whether a question came in the case that the tests write names in.
    private static func isWritten(_ asked: NameScript.Asked) -> Bool {
        asked.message.question?.name.description == asked.name
    }

    @Test("is a random one for each query, and is told nowhere")
    func mixed() async throws {
        let cases = Mutex<Set<String>>([])
        let script = NameScript { asked in
            cases.withLock { _ = $0.insert(asked.message.question?.name.description ?? "") }
            let owner = asked.message.question?.name ?? .root
            return asked.answer(.noError, [DNSRecord(name: owner, ttl: 1, data: .cname(named(below: "\(owner)")))])
        }
        try await script.serve { server in
            let subject = try Self.subject(server, "www.letters.test")
            for _ in 0..<40 {
                let attempt = await subject.attempt()
                #expect(attempt.verdict == .down(.dnsNoData))
                #expect(attempt.detail == "alias of x.www.letters.test")
            }
        }
        // 14 letters have 16,384 cases; of 80 draws a few are the same.
        #expect(cases.withLock { $0.count } > 30)
    }

    @Test(
        "is not repeated by a server: it is asked twice until that is known, and its answers count",
        arguments: [true, false])
    func lost(isResolver: Bool) async throws {
        let script = NameScript { asked in
            var answer = asked.answer(.noError, [DNSRecord(name: named(asked.name), ttl: 60, data: .a(Lie.truth))])
            answer.question = answer.question.map { DNSQuestion(name: named(asked.name), rawType: $0.rawType) }
            if asked.type != .a { answer.answers = [] }
            return answer
        }
        try await script.serve { server in
            let resolver = ResolverTests.resolver([server.endpoint], omitsIPv6: true)
            for number in 0..<50 {
                let name = "w\(number).letters-lost.test"
                if isResolver {
                    #expect(await ResolverTests.look(resolver, name) == .address("127.0.0.1"))
                } else {
                    let attempt = try await Self.subject(server, name, "{\"answers\": [\"{address}\"]}").attempt()
                    #expect(attempt.verdict == .up && attempt.detail.isEmpty)
                }
            }
            #expect(server.asked.count == 51)
            #expect(Set(server.asked.prefix(2).map(\.source.port)).count == 2)
            #expect(Set(server.asked.prefix(2).map(\.message.id)).count == 2)
        }
    }

    @Test("matters to a server that has no name in another: it is found as it was written")
    func minded() async throws {
        let script = NameScript { Self.isWritten($0) ? $0.answer(.a(Lie.truth)) : $0.answer(.nxDomain) }
        try await script.serve { server in
            for number in 0..<20 {
                let attempt = try await Self.subject(server, "w\(number).letters-minded.test").attempt()
                #expect(attempt.verdict == .up)
            }
            #expect(server.asked.count == 22)
            let gone = try Self.subject(server, "w1.letters-minded.test", "{\"rcode\": \"NXDOMAIN\"}")
            #expect(await gone.attempt().verdict == .down(.dnsRcode))
        }
    }

    @Test("matters to a server that is silent in another: it answers as it was written")
    func silent() async throws {
        let script = NameScript(datagram: { Self.isWritten($0) ? $0.answer(.a(Lie.truth)).encoded() : [] })
        try await script.serve { server in
            let first = try await Self.subject(server, "w1.letters-silent.test").attempt()
            #expect(first.verdict == .up)
            let count = server.datagramCount
            let second = try await Self.subject(server, "w2.letters-silent.test").attempt()
            #expect(second.verdict == .up)
            #expect(server.datagramCount == count + 1)
        }
    }

    @Test("is tried as it was written for names that are not there, until that has proved needless")
    func absent() async throws {
        try await NameScript { $0.answer(.nxDomain) }.serve { server in
            for number in 0..<20 {
                let subject = try Self.subject(server, "w\(number).letters-absent.test")
                #expect(await subject.attempt().verdict == .down(.dnsNXDomain))
            }
            #expect(server.asked.count == 28)
        }
        let script = NameScript { $0.name.hasPrefix("w0.") ? $0.answer(.a(1)) : $0.answer(.nxDomain) }
        try await script.serve { server in
            for number in 0..<20 { _ = try await Self.subject(server, "w\(number).letters-absent.test").attempt() }
            #expect(server.asked.count == 20)
        }
    }
}
