import MusterTesting

/// Random configurations with random trees, as far as both programs are to treat them the same.
struct RandomSamples {
    typealias Entry = RealTree.Entry

    private var dice: Dice

    /// The sample of a number.
    static func sample(_ number: Int) -> RealSample {
        var samples = RandomSamples(dice: Dice(number))
        return samples.sample()
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &dice)]
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &dice) < percent }

    private mutating func sample() -> RealSample {
        let isDated = chance(35)
        let isCompressed = chance(60)
        let count = pick([1, 2, 3, 3, 4, -1])
        // With -1 logrotate counts from 1 and loses logs.
        let start = count < 0 ? 1 : pick([1, 1, 1, 0, 5])
        let format = pick(["-%Y%m%d", "-%Y-%m-%d", ".%Y%m%d", "-%d%m%Y", "_%Y-%m-%d"])
        let ending = pick(["", "", "", "extension .log", "addextension .bak"])
        let isElsewhere = chance(20)
        let method = pick(["", "create", "create 0600", "nocreate", "copy", "copytruncate", "renamecopy"])

        var directives = ["rotate \(count)", method, ending]
        if isDated { directives += ["dateext", "dateformat \(format)"] }
        if isCompressed { directives += chance(40) ? ["compress", "delaycompress"] : ["compress"] }
        if isElsewhere { directives.append(pick(["olddir old", "olddir ROOT/old"])) }
        if start != 1 { directives.append("start \(start)") }
        for (directive, percent) in [("maxage 5", 30), ("notifempty", 15), ("shred", 15), ("sharedscripts", 20)]
        where chance(percent) { directives.append(directive) }
        for kind in ["prerotate", "postrotate", "lastaction"] where chance(30) {
            directives.append("\(kind)\n set -f; echo \(kind) $1 $2 >>ROOT/told\nendscript")
        }
        directives.shuffle(using: &dice)

        // A copy has the time of its log here.
        let days = method.contains("copy") ? 0 : pick([0, 0, 4, 9])
        let lines = pick([0, 3, 3, 3])
        var entries = [Entry("a.log", .file(lines: lines), mode: pick([0o640, 0o600, 0o604]), days: days)]
        entries.append(Entry("old", .folder))
        let stem = (isElsewhere ? "old/" : "") + (ending.hasPrefix("ext") ? "a" : "a.log")
        // Where all are kept, logrotate stops at the first gap.
        for number in isDated ? 1..<8 : start..<start + (count < 0 ? 4 : count) where count < 0 || chance(55) {
            let date = format.replacing("%Y", with: "2020").replacing("%m", with: "01").replacing(
                "%d", with: "0\(number)")
            let name = stem + (isDated ? date : ".\(number)") + (ending.split(separator: " ").last ?? "")
            entries.append(
                Entry(
                    name + (isCompressed ? ".gz" : ""), isCompressed ? .compressed(by: "gzip") : .file(lines: 1),
                    mode: pick([0o640, 0o600]), days: pick([1, 4, 9])))
        }
        if chance(20) { entries.append(Entry("b.log")) }
        let text = directives.filter { !$0.isEmpty }.joined(separator: "\n")
        return RealSample(whole: "ROOT/\(pick(["a", "[ab]"])).log {\n\(text)\n}\n", entries) {
            $0.runs = isDated ? 1 : 3
            $0.unordered = ["told"]
        }
    }
}
