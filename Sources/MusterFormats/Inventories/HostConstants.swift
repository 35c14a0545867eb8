import MusterCore

/// Reads what is the same for all hosts of a group or line: labels and variables.
struct HostConstants {
    /// How many labels, and how many variables, a group or a line may have, with those of the groups around it.
    static let limit = 1_000

    let log: FaultLog

    func labels(_ reader: SettingsReader) -> [String: String] {
        constants(reader.object("labels")) { name in
            HostText.isWord(name)
                ? nil : "no name for a label; write letters, digits, \"_\", \"-\" and \".\", at most 64"
        }
    }

    func variables(_ reader: SettingsReader) -> [String: String] {
        constants(reader.object("vars")) { name in
            if name == "name" || name == "address" {
                return "{\(name)} stands for the host's own \(name); write another name for the variable"
            }
            return Template.isVariableName(name)
                ? nil : "no name for a variable; write letters, digits and \"_\", not a digit first, at most 64"
        }
    }

    /// The texts of an object's members. A faulty one is kept as an empty text, so that its users are not blamed as well.
    private func constants(_ object: SettingsReader?, nameFault: (String) -> String?) -> [String: String] {
        guard let object, !object.members.isEmpty else { return [:] }
        guard object.members.count <= Self.limit else {
            log.add(
                .badValue, at: object.location,
                "\(object.members.count) of them are too many; write at most \(Self.limit)")
            return [:]
        }
        var constants: [String: String] = [:]
        for member in object.members {
            if let hint = nameFault(member.name) { log.add(.badValue, at: object.place(member.name), hint) }
            switch member.value {
            case .string(let text):
                constants[member.name] = text
                guard text.utf8.count > Template.valueLimit else { continue }
                constants[member.name] = ""
                log.add(
                    .badValue, at: object.place(member.name),
                    "a text of \(text.utf8.count) bytes is too long; write at most \(Template.valueLimit)")
            case .integer(let number): constants[member.name] = "\(number)"
            case .number(let number): constants[member.name] = "\(number)"
            case .bool(let flag): constants[member.name] = "\(flag)"
            case .null, .list, .object:
                constants[member.name] = ""
                log.add(
                    .wrongType, at: object.place(member.name),
                    "expected a string, a number, true or false, found \(member.value.kindName)")
            }
        }
        return constants
    }

    /// Adds a group's own labels or variables to those of the groups around it.
    func inherit(
        _ own: [String: String], into all: inout [String: String], _ key: String, at location: String
    ) {
        if own.isEmpty { return }
        guard all.count + own.count <= Self.limit else {
            log.add(
                .badValue, at: "\(location).\(key)",
                "more than \(Self.limit) with those of the groups around; write fewer")
            return
        }
        all.merge(own) { _, own in own }
    }
}
