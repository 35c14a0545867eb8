import MusterTesting

/// Logs in the combined format made by dice, with what a run over them has to find: known when a line is made, not read
/// from it.
struct CombinedLog {
    var text: [UInt8] = []
    var fitting = 0
    /// Of bad lines that are not too long.
    var bad: [Int64] = []
    var tooLong: [Int64] = []
    /// Bytes of the lines that were not too long, with their line feeds, one for a last line without.
    var bytes = 0
    var addresses: [String: UInt64] = [:]
    /// By path and status.
    var pages: [[String]: UInt64] = [:]
    var sent = 0
    var classes = [UInt64](repeating: 0, count: 6)
    /// By second since 1970.
    var seconds: [Int64: UInt64] = [:]
    var agents: Set<String> = []

    /// Adds a line that a run takes lines of up to `longest` bytes of.
    mutating func add(_ dice: inout Dice, longest: Int) {
        let offset = Int64(text.count)
        switch Int.random(in: 0..<10, using: &dice) {
        case 0: end(["", " ", "\t \r", "\r"].randomElement(using: &dice) ?? "")
        case 1: refuse(offset, "1.2.3.4 - - [nowhen] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"", longest)
        case 2: refuse(offset, String(repeating: "x", count: Int.random(in: 1...700, using: &dice)), longest)
        default: good(&dice, offset, longest)
        }
    }

    private mutating func refuse(_ offset: Int64, _ line: String, _ longest: Int) {
        if line.utf8.count > longest {
            tooLong.append(offset)
            text += Array(line.utf8) + [10]
        } else {
            bad.append(offset)
            end(line)
        }
    }

    private mutating func good(_ dice: inout Dice, _ offset: Int64, _ longest: Int) {
        let address = "10.0.0.\(Int.random(in: 0...20, using: &dice))"
        let path = "/p\(Int.random(in: 0...5, using: &dice))"
        let status = [100, 200, 204, 301, 404, 500, 999].randomElement(using: &dice) ?? 200
        let size = Int.random(in: 0...99_999, using: &dice)
        let agent = String(repeating: "a", count: Int.random(in: 1...200, using: &dice))
        let second = Int.random(in: 0...59, using: &dice)
        let line =
            "\(address) - - [02/Jan/1970:00:00:\(second / 10)\(second % 10) +0000] \"GET \(path)?q=\(second) HTTP/1.1\" "
            + "\(status) \(size) \"-\" \"\(agent)\"" + (Bool.random(using: &dice) ? "\r" : "")
        if line.utf8.count > longest { return refuse(offset, line, longest) }
        end(line)
        fitting += 1
        addresses[address, default: 0] += 1
        pages[[path, "\(status)"], default: 0] += 1
        sent += size
        classes[status < 600 ? status / 100 - 1 : 5] += 1
        seconds[Int64(86_400 + second), default: 0] += 1
        agents.insert(agent)
    }

    private mutating func end(_ line: String) {
        text += Array(line.utf8) + [10]
        bytes += line.utf8.count + 1
    }

    /// Offsets of all bad lines, the first hundred.
    var badOffsets: [Int64] { Array((bad + tooLong).sorted().prefix(100)) }
}
