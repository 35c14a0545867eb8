internal import MusterCore
internal import MusterSystem
internal import MusterText

/// What a run is: the first line of its record, and the head of its reports.
package struct RunHead: Sendable, Hashable {
    /// `20261125-105618.123-3f9a`: the time of its beginning in UTC, then what tells apart runs of one moment.
    package var id: String
    /// The words of the command.
    package var command: [String]
    /// What the command reads, as size and hash; empty where it reads nothing.
    package var input: String
    /// From the root, links followed, or `-`.
    package var inventory: String
    /// `--limit` as it was given.
    package var limit: String?
    /// Hosts that are meant, those that were done before included.
    package var hosts: Int
    /// RFC 3339, UTC.
    package var started: String

    package init(
        command: [String], input: [UInt8]? = nil, inventory: String, limit: String? = nil, hosts: Int,
        wallSeconds: Double = SystemClock.wallSeconds, seed: UInt64 = RandomSeed.draw()
    ) {
        let moment = UTCMoment(Int64((max(0, min(wallSeconds, 1e11)) * 1e6).rounded()))
        started = moment.rfc3339
        let digits = started.filter(\.isNumber)
        let mark = String(seed & 0xffff | 0x10000, radix: 16).dropFirst()
        id = "\(digits.prefix(8))-\(digits.dropFirst(8).prefix(6)).\(digits.dropFirst(14).prefix(3))-\(mark)"
        self.command = command
        self.input = RunHead.mark(of: input)
        self.inventory = inventory == "-" ? inventory : FileNames.absolute(inventory)
        self.limit = limit
        self.hosts = hosts
    }

    /// Reads the first line of a record; nil where it is none.
    init?(_ value: Setting) {
        let fields = RecordFields(value)
        guard fields.text("type") == "run", fields.whole("format") == 1, let id = fields.text("run"),
            RunHead.isID(id), let command = fields.texts("command"), let inventory = fields.text("inventory"),
            let started = fields.text("started")
        else { return nil }
        self.id = id
        self.command = command
        input = fields.text("input") ?? ""
        self.inventory = inventory
        limit = fields.text("limit")
        hosts = fields.whole("hosts") ?? 0
        self.started = started
    }

    /// Why a run cannot go on with this record, nil where it is the same command, input and inventory.
    package func difference(to other: RunHead) -> String? {
        if command != other.command {
            return "is of another command, \(ShellQuoting.shown(command)); give that one, or leave --resume out"
        }
        if inventory != other.inventory { return "is of another inventory, \(inventory)" }
        if input != other.input { return "is of the same command with other input" }
        return nil
    }

    /// Letters, digits, `.` and `-`, no dot first: no path.
    static func isID(_ text: String) -> Bool {
        1...64 ~= text.utf8.count && text.utf8.first != UInt8(ascii: ".")
            && text.utf8.allSatisfy { byte in
                byte &- 48 < 10 || (byte | 32) &- 97 < 26 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            }
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("type")
        json.string("run")
        json.key("format")
        json.integer(1)
        writeFields(to: &json)
        json.endObject()
    }

    /// What reports have of it too.
    func writeFields(to json: inout JSONWriter) {
        for (name, text) in [("muster", Version.text), ("run", id)] {
            json.key(name)
            json.string(text)
        }
        json.key("command")
        json.beginArray()
        for word in command { json.string(word) }
        json.endArray()
        if !input.isEmpty {
            json.key("input")
            json.string(input)
        }
        json.key("inventory")
        json.string(inventory)
        if let limit {
            json.key("limit")
            json.string(limit)
        }
        json.key("hosts")
        json.integer(hosts)
        json.key("started")
        json.string(started)
    }

    /// Size and FNV-1a: it tells a changed input from the same one, against no adversary.
    private static func mark(of input: [UInt8]?) -> String {
        guard let input else { return "" }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in input { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return "\(input.count) bytes \(String(hash, radix: 16))"
    }
}

/// Members of a line of a record by name; what is missing or of another type is nil.
struct RecordFields {
    private let members: [Setting.Member]

    init(_ value: Setting) {
        if case .object(let members) = value { self.members = members } else { members = [] }
    }

    private func value(_ name: String) -> Setting? { members.first { $0.name == name }?.value }

    func text(_ name: String) -> String? { if case .string(let text)? = value(name) { text } else { nil } }

    func whole(_ name: String) -> Int? { if case .integer(let number)? = value(name) { number } else { nil } }

    /// Nil where one of them is no text.
    func texts(_ name: String) -> [String]? {
        guard case .list(let elements)? = value(name) else { return nil }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { return nil }
            texts.append(text)
        }
        return texts
    }
}
