internal import Glibc
package import MusterCore

/// The time zones of the system: those of `TZDIR`, else of /usr/share/zoneinfo.
package enum SystemTimeZone {
    /// No zone's file is larger.
    private static let largest = 1 << 20
    /// Where the system's own zone stands.
    private static let ownFile = "/etc/localtime"

    private static var folder: String {
        let folder = Environment.variable("TZDIR") ?? ""
        return folder.isEmpty ? "/usr/share/zoneinfo" : folder
    }

    /// The zone that a person means: `local`, `utc`, a name as `Europe/Berlin`, an offset as `+02:00`, or a POSIX TZ string.
    /// Errors: there is none of that name, or its file is damaged.
    package static func named(_ name: String) throws(TimeZoneFault) -> TimeZoneRules {
        switch name.lowercased() {
        case "local": return try local()
        case "utc", "z": return .utc
        default: break
        }
        if let offset = posix(offset: name) { return try TimeZoneRules(name: name, source: offset) }
        let path = folder + "/" + name
        if isName(name), let bytes = contents(path) { return try rules(name, bytes, path) }
        // Not the name of a file that there is: only a POSIX TZ string is left.
        if let rules = try? TimeZoneRules(name: name, source: Array(name.utf8)), !name.isEmpty { return rules }
        throw TimeZoneFault(
            "no zone is called \"\(name)\" in \(folder); write one like Europe/Berlin, +02:00, local or utc")
    }

    /// The zone that the process runs in: that of `TZ`, else of the system; UTC where there is neither (tzset(3)). Errors: a
    /// file that is damaged.
    package static func local() throws(TimeZoneFault) -> TimeZoneRules {
        guard let variable = Environment.variable("TZ") else { return try system() }
        let name = variable.hasPrefix(":") ? String(variable.dropFirst()) : variable
        if name.isEmpty { return .utc }
        if name.hasPrefix("/") {
            // As the C library has it: what cannot be read is UTC.
            guard let bytes = contents(name) else { return .utc }
            return try rules(Self.name(of: name), bytes, name)
        }
        return (try? named(name.lowercased() == "local" ? "UTC" : name)) ?? .utc
    }

    private static func system() throws(TimeZoneFault) -> TimeZoneRules {
        guard let bytes = contents(ownFile) else { return .utc }
        return try rules(name(of: ownFile), bytes, ownFile)
    }

    private static func rules(_ name: String, _ bytes: [UInt8], _ path: String) throws(TimeZoneFault) -> TimeZoneRules {
        guard bytes.starts(with: "TZif".utf8) else { throw TimeZoneFault("\(path): this is no time zone file") }
        do throws(TimeZoneFault) {
            let rules = try TimeZoneRules(name: name, source: bytes)
            return rules.isUTC ? .utc : rules
        } catch {
            throw TimeZoneFault("\(path): \(error.hint)")
        }
    }

    /// The zone's name where a path leads to one of the folder's files, else `local`.
    private static func name(of path: String) -> String {
        let real = RealPath.of(path) ?? path
        for start in [folder + "/", "/zoneinfo/"] {
            guard let range = real.firstRange(of: start) else { continue }
            let name = String(real[range.upperBound...])
            if isName(name) { return name }
        }
        return "local"
    }

    /// Whether it can be the path of a file below the folder, and of none elsewhere.
    package static func isName(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy {
            $0 &- 48 < 10 || ($0 | 0x20) &- 97 < 26 || [0x5f, 0x2b, 0x2d, 0x2f].contains($0)
        }
        return isPlain && (1...255).contains(name.utf8.count) && !name.hasPrefix("/") && !name.hasSuffix("/")
    }

    /// `+02:00` and `-0330` as a POSIX TZ string, whose sign is the other way round; nil for anything else.
    private static func posix(offset text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard let sign = bytes.first, sign == 0x2b || sign == 0x2d else { return nil }
        let digits = bytes.dropFirst().filter { $0 != 0x3a }
        guard digits.count == 2 || digits.count == 4, digits.allSatisfy({ $0 &- 48 < 10 }),
            bytes.count == digits.count + 1 || (bytes.count == 6 && bytes[3] == 0x3a)
        else {
            return nil
        }
        let hours = String(decoding: digits.prefix(2), as: UTF8.self)
        let minutes = String(decoding: digits.dropFirst(2), as: UTF8.self)
        let name = text.filter { $0 != ":" }
        let west = sign == 0x2b ? "-" : "+"
        return Array("<\(name)>\(west)\(hours):\(minutes.isEmpty ? "00" : minutes)".utf8)
    }

    /// A regular file's bytes; nil where it cannot be read.
    private static func contents(_ path: String) -> [UInt8]? {
        // Whatever the reason: the caller says what it looked for.
        guard let file = try? InputFile.open(path), file.isRegular, file.size <= largest else { return nil }
        return try? file.bytes(at: 0, count: largest)
    }
}
