import MusterSystem
import Testing

@testable import MusterRotation

struct RotationPlannerTests {
    private let now = moment("2026-11-25 10:20:30")

    private func folder(_ names: [String]) -> TableFolder {
        var folder = TableFolder()
        for name in names { folder.add(name) }
        return folder
    }

    /// Steps in short: `a.log.1>a.log.2`, `log>a.log.1`, `+`, `=a.log.1`, `z a.log.1`, `-a.log.4 count`, `postrotate`.
    private func steps(_ plan: RotationPlan) -> [String] {
        plan.steps.map { step in
            switch step {
            case .shift(let from, let to, _): "\(from)>\(to)"
            case .rotate(let to, _): "log>\(to)"
            case .makeDirectory: "mkdir"
            case .create: "+"
            case .copy(let to, _, let truncates): "=\(to)\(truncates ? " cut" : "")"
            case .truncate: "cut"
            case .setAside(let to, _): "aside \(to)"
            case .deliver(let from, let to, _): "deliver \(from) \(to ?? "nowhere")"
            case .script(let kind): kind.rawValue
            case .compress(let from, _), .recompress(let from, _, _, _): "z \(from)"
            case .remove(let name, _, let reason): "-\(name) \(reason.rawValue)"
            }
        }
    }

    private func steps(
        _ names: [String], elsewhere: Bool = false, _ change: (inout RotationSettings) -> Void
    ) throws -> [String] {
        var folder = folder(["a.log"] + names)
        let plan = try folder.plan("a.log", RotationSettings(change), now: now, elsewhere: elsewhere)
        folder.perform(plan.steps, on: "a.log")
        #expect(folder.faults == [])
        return steps(plan)
    }

    private let script = RotationSettings.Script(text: "true", place: ConfigurationPlace(file: "f", line: 1))

    @Test func `Numbered logs move oldest first, and what is too much goes last`() throws {
        let found = try steps(["a.log.1", "a.log.2.gz", "a.log.3.gz", "a.log.foo"]) {
            $0.count = 3
            $0.isCompressed = true
            $0.creation = RotationSettings.Ownership()
        }
        #expect(
            found == [
                "a.log.3.gz>a.log.4.gz", "a.log.2.gz>a.log.3.gz", "a.log.1>a.log.2", "log>a.log.1", "+", "z a.log.1",
                "-a.log.4.gz count",
            ])
    }

    @Test func `A gap stays a gap, leftovers beyond the count go, and what is further off stays`() throws {
        #expect(try steps(["a.log.2", "a.log.9"]) { $0.count = 5 } == ["a.log.2>a.log.3", "log>a.log.1"])
        #expect(
            try steps(["a.log.2", "a.log.3", "a.log.4", "a.log.6"]) { $0.count = 2 } == [
                "a.log.4>a.log.5", "a.log.3>a.log.4", "a.log.2>a.log.3", "log>a.log.1", "-a.log.5 count",
                "-a.log.4 count", "-a.log.3 count",
            ])
        #expect(
            try steps(["a.log.1", "a.log.5"]) { $0.count = -1 } == [
                "a.log.5>a.log.6", "a.log.1>a.log.2", "log>a.log.1",
            ])
    }

    @Test func `With delaycompress the one before is compressed`() throws {
        let change: (inout RotationSettings) -> Void = {
            $0.count = 3
            $0.isCompressed = true
            $0.delaysCompression = true
        }
        #expect(
            try steps(["a.log.1", "a.log.2.gz"], change) == [
                "a.log.2.gz>a.log.3.gz", "a.log.1>a.log.2", "log>a.log.1", "z a.log.2",
            ])
        #expect(try steps(["a.log.2"], change) == ["a.log.2>a.log.3", "log>a.log.1"])
        // The compressed one may be torn; the plain one has all.
        #expect(
            try steps(["a.log.1", "a.log.1.gz"], change) == [
                "a.log.1>a.log.2", "a.log.1.gz>a.log.2.gz", "log>a.log.1",
            ])
        let dated = try steps(["a.log-20261101", "a.log-20261102.gz", "a.log-20261103", "a.log-foo"]) {
            change(&$0)
            $0.isDated = true
        }
        #expect(dated == ["log>a.log-20261125", "z a.log-20261103", "-a.log-20261101 count"])
        #expect(
            try steps(["a.log.1"]) {
                change(&$0)
                $0.count = 1
            } == ["a.log.1>a.log.2", "log>a.log.1", "-a.log.2 count"])
    }

    @Test func `Scripts stand where they run, once a log or left to the run`() throws {
        let change: (inout RotationSettings) -> Void = {
            $0.count = 1
            $0.isCompressed = true
            $0.beforeRotation = script
            $0.afterRotation = script
            $0.beforeRemoval = script
            $0.creation = RotationSettings.Ownership()
        }
        #expect(
            try steps(["a.log.1", "a.log.2"], change) == [
                "prerotate", "a.log.2>a.log.3", "a.log.1>a.log.2", "log>a.log.1", "+", "postrotate", "z a.log.1",
                "preremove", "-a.log.3 count", "preremove", "-a.log.2 count",
            ])
        let shared = try steps([]) {
            change(&$0)
            $0.sharesScripts = true
        }
        #expect(shared == ["log>a.log.1", "+", "z a.log.1"])
    }

    @Test func `A log that is not kept is there for its script and then removed`() throws {
        let change: (inout RotationSettings) -> Void = {
            $0.isCompressed = true
            $0.afterRotation = script
        }
        #expect(
            try steps(["a.log.1", "a.log.3"], change) == [
                "a.log.1>a.log.2", "log>a.log.1", "postrotate", "-a.log.2 count", "-a.log.1 count",
            ])
        func with(_ method: RotationSettings.Method, elsewhere: Bool = false) throws -> [String] {
            try steps([], elsewhere: elsewhere) {
                change(&$0)
                $0.method = method
            }
        }
        #expect(try with(.copyTruncate) == ["cut", "postrotate"])
        #expect(try with(.copy) == ["postrotate"])
        #expect(
            try with(.renameCopy, elsewhere: true) == [
                "aside .a.log.muster-aside", "postrotate", "deliver .a.log.muster-aside nowhere",
            ])
    }

    @Test func `A copy leaves the log in its place`() throws {
        func with(_ method: RotationSettings.Method, elsewhere: Bool = false) throws -> [String] {
            try steps([], elsewhere: elsewhere) {
                $0.method = method
                $0.count = 1
                $0.isCompressed = true
                $0.creation = RotationSettings.Ownership()
                $0.afterRotation = script
            }
        }
        #expect(try with(.copy) == ["=a.log.1", "postrotate", "z a.log.1"])
        #expect(try with(.copyTruncate) == ["=a.log.1 cut", "postrotate", "z a.log.1"])
        #expect(try with(.renameCopy) == ["log>a.log.1", "+", "postrotate", "z a.log.1"])
        #expect(
            try with(.renameCopy, elsewhere: true) == [
                "aside .a.log.muster-aside", "+", "postrotate", "deliver .a.log.muster-aside a.log.1", "z a.log.1",
            ])
    }

    @Test func `What create leaves out is taken from the old log`() throws {
        func created(_ ownership: RotationSettings.Ownership) throws -> RotationStep? {
            let settings = RotationSettings {
                $0.count = 1
                $0.creation = ownership
            }
            return try folder(["a.log"]).plan("a.log", settings, now: now).steps.last
        }
        #expect(try created(RotationSettings.Ownership()) == .create(mode: 0o640, user: 7, group: 6))
        #expect(
            try created(RotationSettings.Ownership(mode: 0o600))
                == .create(mode: 0o600, user: 7, group: 6, keepsList: false))
    }

    @Test func `Rotated logs beyond maxage go, the new one never`() throws {
        var folder = TableFolder()
        let day: Int64 = 86_400
        folder.add("a.log", at: now.seconds - 90 * day)
        folder.add("a.log.1", at: now.seconds - 5 * day)
        folder.add("a.log.2.gz", at: now.seconds - 5 * day - 1)
        folder.add("a.log.3", at: now.seconds - 90 * day)
        folder.add("a.log.12", at: now.seconds - 90 * day)
        let settings = RotationSettings {
            $0.count = 9
            $0.maximumAge = 5
        }
        let plan = try folder.plan("a.log", settings, now: now)
        #expect(steps(plan).suffix(2) == ["-a.log.4 age", "-a.log.3.gz age"])
        #expect(steps(plan).count == 6)
    }

    @Test(
        arguments: [
            (100, []), (99, ["-a.log-20261101 total_size"]), (80, ["-a.log-20261101 total_size"]),
            (79, ["-a.log-20261101 total_size", "-a.log-20261102.gz total_size"]),
            (0, ["-a.log-20261101 total_size", "-a.log-20261102.gz total_size", "-a.log-20261103 total_size"]),
            (-1, ["-a.log-20261101 total_size", "-a.log-20261102.gz total_size", "-a.log-20261103 total_size"]),
        ] as [(Int64, [String])]) func `The oldest go until the rest fits, the new one stays`(
            limit: Int64, removals: [String]
        ) throws
    {
        var folder = TableFolder()
        folder.add("a.log", size: 40)
        folder.add("a.log-20261101", size: 20)
        folder.add("a.log-20261102.gz", size: 30)
        folder.add("a.log-20261103", size: 10)
        let settings = RotationSettings {
            $0.count = -1
            $0.isDated = true
            $0.maximumTotalSize = limit
        }
        #expect(try steps(folder.plan("a.log", settings, now: now)) == ["log>a.log-20261125"] + removals)
        folder.add("a.log-20261030", size: .max)
        #expect(try steps(folder.plan("a.log", settings, now: now)).contains("-a.log-20261030 total_size"))
    }

    @Test func `Without a year in the date, the time of the file says which is older`() throws {
        var folder = TableFolder()
        folder.add("a.log")
        folder.add("a.log-1231", at: 100)
        folder.add("a.log-0101", at: 200)
        folder.add("a.log-0102", at: 300)
        let settings = RotationSettings {
            $0.count = 3
            $0.isDated = true
            $0.dateFormat = "-%m%d"
        }
        #expect(try steps(folder.plan("a.log", settings, now: now)) == ["log>a.log-1125", "-a.log-1231 count"])
    }

    @Test func `A directory or link among the rotated logs moves and is never removed or compressed`() throws {
        var folder = folder(["a.log"])
        folder.add("a.log.1", .directory)
        folder.add("a.log.2", .link)
        let settings = RotationSettings {
            $0.count = 2
            $0.isCompressed = true
            $0.delaysCompression = true
        }
        for _ in 0..<4 {
            let plan = try folder.plan("a.log", settings, now: now)
            folder.perform(plan.steps, on: "a.log")
            folder.add("a.log")
            #expect(folder.faults == [])
        }
        #expect(folder.files.values.count { $0.facts.kind != .regular } == 2)
    }

    @Test func `A name that is gone by now is left out, and a disk that fails is told`() throws {
        let subject = RotationSubject(name: "a.log", path: "/l/a.log", facts: entry(1))
        let names = DirectoryNames(["a.log", "a.log.1", "a.log.2"])
        let planner = RotationPlanner(RotationSettings { $0.count = 3 })
        let plan = try planner.plan(subject, among: names, now: now) { (name) throws(DiskFault) in
            name == "a.log.1" ? nil : entry(2)
        }
        #expect(steps(plan) == ["a.log.2>a.log.3", "log>a.log.1"])
        let fault = #expect(throws: RotationFault.self) {
            try planner.plan(subject, among: names, now: now) { (name) throws(DiskFault) in
                throw DiskFault(code: 5, call: "fstatat", path: name)
            }
        }
        #expect(fault?.code == .disk && fault?.location == "/l/a.log")
    }

    @Test func `Names that no directory can have are a fault`() {
        func code(_ log: String = "a.log", _ change: @escaping (inout RotationSettings) -> Void) -> RotationFault.Code?
        {
            do {
                _ = try folder([log]).plan(log, RotationSettings(change), now: now)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(
            code {
                $0.isDated = true; $0.dateFormat = "-%Y/%m"
            } == .badValue)
        #expect(code { $0.addedExtension = "/x" } == .badValue)
        #expect(code { $0.compressExtension = "../x" } == nil)
        #expect(
            code {
                $0.isCompressed = true; $0.compressExtension = "../x"
            } == .badValue)
        #expect(
            code {
                $0.isCompressed = true; $0.compressExtension = ""
            } == .badValue)
        #expect(code(String(repeating: "a", count: 254)) { $0.count = 1 } == .badValue)
        #expect(code(String(repeating: "a", count: 253)) { $0.count = 1 } == nil)
        #expect(
            code(String(repeating: "a", count: 251)) {
                $0.count = 1; $0.isCompressed = true
            } == .badValue)
    }

    @Test func `Odd settings and names do not trap`() throws {
        for count in [Int.min, -2, .max, .max - 1] {
            for start in [Int.min, 0, .max, .max - 1] {
                let folder = folder(["a.log", "a.log.999999999999999999", "a.log.0", "a.log.1"])
                let plan = try folder.plan(
                    "a.log",
                    RotationSettings {
                        $0.count = count
                        $0.start = start
                        $0.maximumAge = .max
                        $0.dateBack = .min
                    }, now: now)
                #expect(plan.finalName == "a.log.\(max(start, 0))")
            }
        }
    }
}
