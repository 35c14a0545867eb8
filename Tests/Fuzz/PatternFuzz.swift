// The first byte says how long the pattern is; the rest is the text. Whatever they are, the pattern is refused with a place in
// it, or matched the same however little is remembered, within its text.

@testable import MusterPattern

/// libFuzzer's entry: reads `count` bytes from `start`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start + 1, count: count - 1))
    let expression = String(decoding: bytes.prefix(unsafe Int(start[0])), as: UTF8.self)
    let text = Array(bytes.dropFirst(unsafe Int(start[0])))
    do {
        let pattern = try Pattern(expression, groups: .all)
        let answers = [StateCache.usualLimit, 40, 1].map { answer(pattern, text, $0) }
        precondition(answers[0] == answers[1] && answers[0] == answers[2], "an answer that hangs on what is remembered")
        precondition(PatternMatcher(pattern).matches(text.span) == (answers[0] != nil), "two answers to one question")
        for place in (answers[0] ?? []).compactMap(\.self) {
            precondition(place.upperBound <= text.count, "a group outside of the text")
        }
    } catch {
        precondition(error.offset <= expression.utf8.count, "a fault outside of the pattern")
    }
    return 0
}

private func answer(_ pattern: Pattern, _ text: [UInt8], _ limit: Int) -> [Range<Int>?]? {
    let matcher = PatternMatcher(pattern, stateLimit: limit)
    return matcher.find(in: text.span).map { [$0] + pattern.names.indices.map { matcher.group($0) } }
}
