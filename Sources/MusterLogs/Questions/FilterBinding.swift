internal import MusterCore
internal import MusterPattern

/// Finds the fields of a filter in a format and says what each test comes to there.
///
/// Where it is forgiving, a test of a field that the format has not matches no line, whether it is negated or not; only
/// `exists` knows the answer.
struct FilterBinding {
    let reading: LineReading
    var isForgiving = false
    /// The filter's regular expressions, read, by their text.
    let patterns: [String: Pattern]
    /// Of times that name none.
    let zone: TimeZoneRules

    func node(_ node: FilterNode) throws(QuestionFault) -> BoundNode { try self.node(node, isNegated: false) }

    /// Negations move down to the tests (De Morgan), so that a test that matches nothing stays one below a `not`.
    private func node(_ node: FilterNode, isNegated: Bool) throws(QuestionFault) -> BoundNode {
        switch node {
        case .all(let branches):
            let bound = try nodes(branches, isNegated)
            return isNegated ? .any(bound) : .all(bound)
        case .any(let branches):
            let bound = try nodes(branches, isNegated)
            return isNegated ? .all(bound) : .any(bound)
        case .not(let inner): return try self.node(inner, isNegated: !isNegated)
        case .test(let test):
            let isNegated = isNegated != test.isNegated
            if isForgiving, KeyField.resolve(test.field, in: reading) == nil {
                return test.question == .exist && isNegated ? .all([]) : .any([])
            }
            let bound = BoundNode.test(try question(test))
            return isNegated ? .not(bound) : bound
        }
    }

    private func nodes(_ nodes: [FilterNode], _ isNegated: Bool) throws(QuestionFault) -> [BoundNode] {
        var bound: [BoundNode] = []
        for node in nodes { bound.append(try self.node(node, isNegated: isNegated)) }
        return bound
    }

    private func question(_ test: FilterTest) throws(QuestionFault) -> BoundTest {
        let key = try KeyField.require(test.field, in: reading, at: test.offset)
        switch test.question {
        case .compare(let comparison, let value): return try compare(test, key, comparison, value)
        case .match(let value):
            if let pattern = patterns[value.text] { return .pattern(key, PatternMatcher(pattern)) }
            return .pattern(key, PatternMatcher(try Self.pattern(value)))
        case .contain(let value): return .contains(key, ByteNeedle(Array(value.text.utf8)))
        case .among(let values): return .among(key, try set(test, values))
        case .exist: return .exists(key)
        }
    }

    static func pattern(_ value: FilterValue) throws(QuestionFault) -> Pattern {
        do {
            return try Pattern(value.text, groups: .none)
        } catch {
            throw QuestionFault("at \(error.offset + 1) of the regular expression: \(error.hint)", at: value.offset)
        }
    }

    private func compare(
        _ test: FilterTest, _ key: KeyField, _ comparison: FilterTest.Comparison, _ value: FilterValue
    ) throws(QuestionFault) -> BoundTest {
        if key.isTime {
            guard let moment = MomentText.absolute(value.text, zone: zone) else {
                throw QuestionFault(
                    "\"\(value.text)\" is no time; write \(MomentText.hint), or use --since", at: value.offset)
            }
            return .time(ValueRange(comparison, moment))
        }
        if let number = try number(test, value) {
            let text = comparison.isOrder ? nil : Array(value.text.utf8)
            let source = NumberSource(test.field, key, in: reading)
            guard let narrow = FilterNumber.narrow(number) else {
                return .wide(source, ValueRange(comparison, number), text: text)
            }
            return .number(source, ValueRange(comparison, narrow), text: text)
        }
        if comparison.isOrder {
            let isNumber = FilterNumber(value.text) != nil
            throw QuestionFault(
                isNumber
                    ? "texts in quotes have no order here; write \(value.text) without quotes"
                    : "\(comparison.rawValue) is expected to be followed by a number, not \"\(value.text)\"; "
                        + "only time is compared with texts", at: value.offset)
        }
        let bytes = Array(value.text.utf8)
        let isEqual = comparison == .equal
        if let block = AddressBlock(text: value.text), !value.text.contains("/") {
            return .address(key, block, bytes, isEqual: isEqual)
        }
        return .text(key, bytes, isEqual: isEqual)
    }

    /// The number that a value is, nil for a text. Errors: a unit that the field has not.
    private func number(_ test: FilterTest, _ value: FilterValue) throws(QuestionFault) -> Int128? {
        guard !value.isQuoted, let number = FilterNumber(value.text) else { return nil }
        switch (number.unit, NumberField.resolve(test.field, in: reading)?.kind) {
        case (.time, .bytes):
            throw QuestionFault("\(test.field) is a number of bytes; write 512, 64KB or 1MB", at: value.offset)
        case (.bytes, .duration):
            throw QuestionFault("\(test.field) is a length of time; write 0.25, 250ms or 2s", at: value.offset)
        default: return number.value
        }
    }

    private func set(_ test: FilterTest, _ values: [FilterValue]) throws(QuestionFault) -> ValueSet {
        var set = ValueSet()
        for value in values {
            set.texts.append(Array(value.text.utf8))
            if let block = AddressBlock(text: value.text) {
                set.blocks.append(block)
            } else if let number = try number(test, value) {
                if let narrow = FilterNumber.narrow(number) {
                    set.numbers.append(narrow)
                } else {
                    set.wide.append(number)
                }
            }
        }
        set.source = NumberSource(test.field, try KeyField.require(test.field, in: reading), in: reading)
        set.sort()
        return set
    }
}

/// Where numbers of a field come from.
enum NumberSource: Sendable {
    /// A column.
    case field(NumberField)
    /// The text of a field that is no column, or no number by its kind.
    case key(KeyField)

    init(_ name: String, _ key: KeyField, in reading: LineReading) {
        if let field = NumberField.resolve(name, in: reading) { self = .field(field) } else { self = .key(key) }
    }

    @inline(__always)
    func value(_ batch: borrowing RowBatch, _ row: Int, _ scratch: inout Scratch) -> Int64? {
        switch self {
        case .field(let field): field.value(batch, row)
        case .key(let key): Self.value(key.text(batch, row, &scratch))
        }
    }

    private static func value(_ text: Text) -> Int64? { LogQuantity.parse(text) ?? NumberField.beyond(text) }

    /// The same, with room for greater numbers.
    func wide(_ batch: borrowing RowBatch, _ row: Int, _ scratch: inout Scratch) -> Int128? {
        switch self {
        case .field(let field): field.wide(batch, row)
        case .key(let key): LogQuantity.wide(key.text(batch, row, &scratch))
        }
    }
}
