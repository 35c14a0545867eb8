extension JSONWriter {
    package mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }

    package mutating func member(_ name: String, _ value: Int) {
        key(name)
        integer(value)
    }

    package mutating func member(_ name: String, _ value: Double) {
        key(name)
        number(value)
    }

    package mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    package mutating func member(_ name: String, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    /// An object whose members the closure writes.
    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        beginObject()
        members(&self)
        endObject()
    }

    /// A list of objects whose members the closure writes; `isLined` puts each on a line of its own.
    package mutating func list<Element>(
        _ name: String, _ elements: [Element], isLined: Bool = false, _ members: (Element, inout JSONWriter) -> Void
    ) {
        key(name)
        beginArray()
        for element in elements {
            if isLined { lineBreak() }
            object { members(element, &$0) }
        }
        endArray()
    }

    /// Appends a line of NDJSON: the value that the closure writes.
    package static func line(into output: inout [UInt8], _ value: (inout JSONWriter) -> Void) {
        var json = JSONWriter(taking: &output)
        value(&json)
        json.newline()
        json.give(to: &output)
    }

    /// Appends a line of NDJSON: an object whose first member, `type`, says of what it is.
    package static func line(_ type: String, into output: inout [UInt8], _ members: (inout JSONWriter) -> Void) {
        line(into: &output) { json in
            json.object { json in
                json.member("type", type)
                members(&json)
            }
        }
    }
}
