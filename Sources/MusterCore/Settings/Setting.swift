/// A value of a configuration or a report: what JSON can say, with the order of an object's members kept.
package enum Setting: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([Setting])
    case object([Member])

    /// A name and its value.
    package struct Member: Sendable, Hashable {
        package var name: String
        package var value: Setting

        package init(_ name: String, _ value: Setting) {
            self.name = name
            self.value = value
        }
    }

    /// What the value is, for a fault's hint.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer, .number: "a number"
        case .string: "a string"
        case .list: "a list"
        case .object: "an object"
        }
    }
}
