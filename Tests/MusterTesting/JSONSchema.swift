package import MusterCore

/// The part of JSON Schema 2020-12 that `docs/inventory.schema.json` uses; another keyword in it is a fault.
package struct JSONSchema {
    private static let annotations: Set<String> = ["$schema", "$defs", "title", "description", "default"]

    package let root: Setting

    /// The schema that a document says.
    package init(_ root: Setting) { self.root = root }

    // MARK: Judging values

    /// What a value breaks, each with its place; empty for a valid one.
    package func faults(of value: Setting) -> [String] { faults(of: value, against: root, at: "$") }

    /// The same against one definition.
    package func faults(of value: Setting, definition: String) -> [String] {
        faults(of: value, against: .object([.init("$ref", .string("#/$defs/" + definition))]), at: "$")
    }

    private func faults(of value: Setting, against schema: Setting, at place: String) -> [String] {
        if case .bool(let allowed) = schema { return allowed ? [] : ["\(place): not allowed"] }
        guard case .object(let keywords) = schema else { return ["\(place): no schema"] }
        return keywords.flatMap { keyword in
            JSONSchema.annotations.contains(keyword.name)
                ? [] : faults(of: value, keyword: keyword.name, keyword.value, in: schema, at: place)
        }
    }

    private func faults(
        of value: Setting, keyword: String, _ operand: Setting, in schema: Setting, at place: String
    ) -> [String] {
        let broken = ["\(place): \(keyword)"]
        switch (keyword, value) {
        case ("$ref", _): return faults(of: value, against: resolved(operand), at: place)
        case ("type", _): return operand.texts.contains { value.isOf(type: $0) } ? [] : broken
        case ("const", _): return value == operand ? [] : broken
        case ("enum", _): return operand.elements.contains(value) ? [] : broken
        case ("anyOf", _), ("oneOf", _):
            let count = operand.elements.count { faults(of: value, against: $0, at: place).isEmpty }
            return count == 1 || count > 1 && keyword == "anyOf" ? [] : broken
        case ("required", .object(let members)):
            return operand.texts.allSatisfy { name in members.contains { $0.name == name } } ? [] : broken
        case ("properties", .object(let members)):
            return members.flatMap { member in
                operand[member.name].map { faults(of: member.value, against: $0, at: "\(place).\(member.name)") } ?? []
            }
        case ("additionalProperties", .object(let members)):
            return members.filter { schema["properties"]?[$0.name] == nil }.flatMap {
                faults(of: $0.value, against: operand, at: "\(place).\($0.name)")
            }
        case ("propertyNames", .object(let members)):
            return members.flatMap { faults(of: .string($0.name), against: operand, at: "\(place).\($0.name)") }
        case ("items", .list(let elements)):
            return elements.enumerated().flatMap { faults(of: $1, against: operand, at: "\(place)[\($0)]") }
        case ("uniqueItems", .list(let elements)): return Set(elements).count == elements.count ? [] : broken
        case ("minimum", .integer(let number)): return .integer(number) >= operand ? [] : broken
        case ("maximum", .integer(let number)): return .integer(number) <= operand ? [] : broken
        case ("minLength", .string(let text)): return .integer(text.unicodeScalars.count) >= operand ? [] : broken
        case ("pattern", .string(let text)):
            // A pattern that is none fits nothing.
            guard let regex = try? Regex(operand.texts.first ?? "") else { return broken }
            return text.contains(regex) ? [] : broken
        case ("required", _), ("properties", _), ("additionalProperties", _), ("propertyNames", _), ("items", _),
            ("uniqueItems", _), ("minimum", _), ("maximum", _), ("minLength", _), ("pattern", _):
            return []
        default: return ["\(place): the keyword \(keyword) is not known to this test"]
        }
    }

    private func resolved(_ reference: Setting) -> Setting {
        guard let path = reference.texts.first, path.hasPrefix("#/$defs/") else { return .bool(false) }
        return root["$defs"]?[String(path.dropFirst(8))] ?? .bool(false)
    }

    // MARK: Comparing with what readers ask for

    /// What the schema lists otherwise than a reading asked for: `inventory.json: groups.web: the schema lacks "vars"`.
    ///
    /// Every object of the schema that has fixed keys has to be among the places of the reading, but for those that are
    /// named here.
    package func mismatches(with knownKeys: [String: Set<String>], source: String, unread: Set<String> = []) -> [String]
    {
        var result: [String] = []
        var visited = unread
        for (place, keys) in knownKeys.sorted(by: { $0.key < $1.key }) {
            let path = JSONSchema.components(place.dropFirst(source.utf8.count + 1))
            guard let (schema, name) = object(at: path) else {
                result.append("\(place): the schema has no such object")
                continue
            }
            visited.insert(name)
            let listed = Set((schema["properties"]?.members ?? []).map(\.name))
            result += keys.subtracting(listed).sorted().map { "\(place): the schema lacks \"\($0)\"" }
            result += listed.subtracting(keys).sorted().map { "\(place): only the schema has \"\($0)\"" }
        }
        let definitions = (root["$defs"]?.members ?? []).filter { $0.value["properties"] != nil }.map(\.name)
        return result + definitions.filter { !visited.contains($0) }.map { "no reading asked for anything of \($0)" }
    }

    /// The object with fixed keys that a path leads to, and the name of its definition (empty for the root).
    private func object(at path: [String]) -> (schema: Setting, name: String)? {
        var places: [(schema: Setting, name: String)] = [(root, "")]
        for component in path {
            places = places.flatMap { place in
                let next =
                    component == "[]"
                    ? place.schema["items"]
                    : place.schema["properties"]?[component] ?? place.schema["additionalProperties"]
                return next.map { alternatives($0, place.name) } ?? []
            }
        }
        return places.first { $0.schema["properties"] != nil }
    }

    private func alternatives(_ schema: Setting, _ name: String) -> [(schema: Setting, name: String)] {
        if let reference = schema["$ref"], let path = reference.texts.first {
            return alternatives(resolved(reference), String(path.dropFirst(8)))
        }
        return [(schema, name)] + (schema["anyOf"]?.elements ?? []).flatMap { alternatives($0, name) }
    }

    /// `groups."a.b".hosts[3]` as its keys, with `[]` for a position.
    static func components(_ place: Substring) -> [String] {
        var result: [String] = []
        var rest = place.drop { $0 == " " }
        while let first = rest.first {
            switch first {
            case ".": rest = rest.dropFirst()
            case "[":
                result.append("[]")
                rest = rest.drop { $0 != "]" }.dropFirst()
            case "\"":
                let word = rest.dropFirst().prefix { $0 != "\"" }
                result.append(String(word))
                rest = rest.dropFirst(word.count + 2)
            default:
                let word = rest.prefix { $0 != "." && $0 != "[" }
                result.append(String(word))
                rest = rest.dropFirst(word.count)
            }
        }
        return result
    }
}

extension Setting {
    fileprivate subscript(name: String) -> Setting? { members.first { $0.name == name }?.value }

    fileprivate var members: [Member] { if case .object(let members) = self { members } else { [] } }
    fileprivate var elements: [Setting] { if case .list(let elements) = self { elements } else { [] } }

    /// The text, or the texts of a list.
    fileprivate var texts: [String] {
        if case .string(let text) = self { [text] } else { elements.flatMap(\.texts) }
    }

    fileprivate func isOf(type: String) -> Bool {
        switch self {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .integer: type == "integer" || type == "number"
        case .number: type == "number"
        case .string: type == "string"
        case .list: type == "array"
        case .object: type == "object"
        }
    }

    fileprivate static func >= (left: Setting, right: Setting) -> Bool {
        if case (.integer(let left), .integer(let right)) = (left, right) { left >= right } else { false }
    }

    fileprivate static func <= (left: Setting, right: Setting) -> Bool { right >= left }
}
