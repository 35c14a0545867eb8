/// Reads one object of a configuration key by key, noting every fault with its place and, at the end, the keys nobody
/// asked for.
///
/// ```
/// let reader = SettingsReader(setting, at: "inventory.json: checks.ssh.tcp", log: log)
/// let port = reader.port("port")
/// reader.finish()
/// ```
package final class SettingsReader {
    package let location: String
    package let log: FaultLog
    package let members: [Setting.Member]
    private var asked: [String] = []

    /// Notes a fault and reads as empty where the setting is no object.
    package init(_ setting: Setting, at location: String, log: FaultLog) {
        self.location = location
        self.log = log
        if case .object(let members) = setting {
            self.members = members
        } else {
            members = []
            log.add(.wrongType, at: location, "expected an object { … }, found \(setting.kindName)")
        }
    }

    /// The place of a member: `inventory.json: groups.web` under a file, `….web.checks` under an object; a key of other
    /// characters than letters, digits, `_` and `-` is quoted.
    package func place(_ key: String) -> String {
        let plain =
            !key.isEmpty && key.utf8.allSatisfy { $0 == 45 || $0 == 95 || $0 &- 48 < 10 || ($0 | 32) &- 97 < 26 }
        let word = plain ? key : "\"\(key)\""
        return location.hasSuffix(":") ? "\(location) \(word)" : "\(location).\(word)"
    }

    /// The raw value of a key, nil where it is missing or null.
    package func value(_ key: String) -> Setting? {
        asked.append(key)
        guard let member = members.first(where: { $0.name == key }), member.value != .null else { return nil }
        return member.value
    }

    /// Says that a needed key is missing.
    package func require(_ key: String, _ example: String) {
        log.add(.missing, at: location, "\"\(key)\" is missing; write \(example)")
    }

    /// Notes every key that was never asked for, with the nearest known one. Call it once, last.
    package func finish() {
        log.note(keys: asked, at: location)
        for member in members where !asked.contains(member.name) {
            log.add(.unknownKey, at: place(member.name), unknownHint(member.name))
        }
    }

    package func string(_ key: String) -> String? {
        guard let value = value(key) else { return nil }
        if case .string(let text) = value { return text }
        wrong(key, "a string", value)
        return nil
    }

    package func bool(_ key: String) -> Bool? {
        guard let value = value(key) else { return nil }
        if case .bool(let flag) = value { return flag }
        wrong(key, "true or false", value)
        return nil
    }

    package func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(key) else { return nil }
        guard case .integer(let number) = value else {
            wrong(key, "a whole number", value)
            return nil
        }
        guard range.contains(number) else {
            log.add(
                .badValue, at: place(key),
                "\(number) is out of range; write a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// One of some words, in any letter case.
    package func choice(_ key: String, _ words: [String]) -> String? {
        guard let text = string(key) else { return nil }
        if let word = words.first(where: { $0.lowercased() == text.lowercased() }) { return word }
        log.add(.badValue, at: place(key), "\"\(text)\" is not known here; \(NearestWord.hint(text, among: words))")
        return nil
    }

    /// A number of bytes: a whole number or a text such as `"64KB"`, `"1MB"` (powers of 1024), up to `limit`.
    package func byteCount(_ key: String, limit: Int) -> Int? {
        guard let value = value(key) else { return nil }
        var count: Int?
        if case .integer(let number) = value { count = number }
        if case .string(let text) = value { count = ByteCount.parse(text) }
        if let count, (0...limit).contains(count) { return count }
        if let count, count > limit {
            log.add(.badValue, at: place(key), "too great; at most \(limit) bytes (\(ByteCount.text(limit)))")
            return nil
        }
        log.add(
            .badValue, at: place(key),
            "no number of bytes; write for example 65536, \"64KB\" or \"1MB\", at most \(limit)")
        return nil
    }

    /// A duration as text (`"2s"`, `"250ms"`), more than zero and at most `limit`.
    package func duration(_ key: String, limit: Duration = .seconds(86_400)) -> Duration? {
        guard let value = value(key) else { return nil }
        guard case .string(let text) = value else {
            wrong(key, "a duration such as \"2s\"", value)
            return nil
        }
        guard let duration = Duration(text: text), duration > .zero, duration <= limit else {
            log.add(
                .badValue, at: place(key),
                "\"\(text)\" is no duration; write for example \"250ms\", \"2s\" or \"1m\", at most \(limit.text)")
            return nil
        }
        return duration
    }

    /// A text with `{name}`, `{address}` and `{variable}` in it.
    package func template(_ key: String) -> Template? {
        guard let value = value(key) else { return nil }
        guard case .string(let text) = value else {
            wrong(key, "a string", value)
            return nil
        }
        return template(text, at: place(key))
    }

    package func template(_ text: String, at location: String) -> Template? {
        do throws(Template.Fault) {
            return try Template(text)
        } catch {
            log.add(.badValue, at: location, error.hint)
            return nil
        }
    }

    /// A port: a number from 1 to 65535 or a template that gives one (`"{ssh_port}"`).
    package func port(_ key: String) -> Template? {
        guard let value = value(key) else { return nil }
        switch value {
        case .integer(let number) where (1...65535).contains(number): return Template(constant: "\(number)")
        case .string(let text) where text.contains("{"): return template(text, at: place(key))
        case .string(let text) where HostPort.port(text) != nil: return Template(constant: text)
        default:
            log.add(
                .badValue, at: place(key),
                "not a port; write a number from 1 to 65535 or a variable such as \"{ssh_port}\"")
            return nil
        }
    }

    /// The elements of a list with the place of each; a single value counts as a list of one where `orSingle` is set.
    package func list(_ key: String, orSingle: Bool = false) -> [(value: Setting, location: String)]? {
        guard let value = value(key) else { return nil }
        if case .list(let elements) = value {
            return elements.enumerated().map { ($1, "\(place(key))[\($0)]") }
        }
        if orSingle { return [(value, place(key))] }
        wrong(key, "a list [ … ]", value)
        return nil
    }

    /// The strings of a list with the place of each.
    package func strings(_ key: String, orSingle: Bool = false) -> [(text: String, location: String)]? {
        list(key, orSingle: orSingle)?.compactMap { element in
            if case .string(let text) = element.value { return (text, element.location) }
            log.add(.wrongType, at: element.location, "expected a string, found \(element.value.kindName)")
            return nil
        }
    }

    /// A reader of the object under a key, nil where it is missing.
    package func object(_ key: String) -> SettingsReader? {
        value(key).map { SettingsReader($0, at: place(key), log: log) }
    }

    private func unknownHint(_ key: String) -> String {
        asked.isEmpty ? "unknown key; nothing can be set here" : "unknown key; \(NearestWord.hint(key, among: asked))"
    }

    private func wrong(_ key: String, _ expected: String, _ found: Setting) {
        log.add(.wrongType, at: place(key), "expected \(expected), found \(found.kindName)")
    }
}
