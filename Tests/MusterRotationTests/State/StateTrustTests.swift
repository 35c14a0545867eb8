import MusterSystem
import MusterTesting
import Testing

@testable import MusterRotation

@Suite("Whom state, journal and lock belong to")
struct StateTrustTests {
    private static func entry(
        _ mode: UInt32, user: UInt32 = 0, group: UInt32 = 0, grants: [AccessGrant]? = nil
    ) -> DiskEntry {
        let identity = FileIdentity(device: 1, inode: 1)
        let facts = EntryFacts(kind: .regular, identity: identity, mode: mode, user: user, group: group)
        return DiskEntry(facts: facts, grants: grants)
    }

    /// Nobody but user 7 and root is in group 70.
    private static func trust(_ user: UInt32) -> StateTrust {
        StateTrust(user: user) { user == 7 && $0 == 70 }
    }

    @Test(
        "Ours alone is what belongs to root or to us, and what nobody else may write",
        arguments: [
            (0, entry(0o600), true), (0, entry(0o644), true), (0, entry(0o664), true),
            (0, entry(0o600, user: 7), false),
            (0, entry(0o660, group: 4), false), (0, entry(0o640, group: 4), true), (0, entry(0o602), false),
            (0, entry(0o1777), false), (7, entry(0o600, user: 7), true), (7, entry(0o600), true),
            (7, entry(0o600, user: 8), false), (7, entry(0o660, user: 7, group: 70), true),
            (8, entry(0o660, user: 8, group: 70), false), (7, entry(0o662, user: 7, group: 70), false),
        ] as [(UInt32, DiskEntry, Bool)])
    func ours(user: UInt32, entry: DiskEntry, isOurs: Bool) {
        #expect((Self.trust(user).objection(entry, "it", advice: "else") == nil) == isOurs)
    }

    @Test(
        "With an access list it says who may write, and not the mode's bits of the group",
        arguments: [
            ([AccessGrant(.user(7), rights: 6)], "user 7, by an access list,"),
            ([AccessGrant(.user(7), rights: 5), AccessGrant(.group(4), rights: 4)], nil),
            ([AccessGrant(.user(0), rights: 7), AccessGrant(.group(0), rights: 7)], nil),
            ([AccessGrant(.group(4), rights: 2)], "group 4"), ([], nil),
        ] as [([AccessGrant], String?)])
    func list(grants: [AccessGrant], others: String?) {
        let entry = Self.entry(0o670, group: 4, grants: grants)
        #expect(Self.trust(0).others(.write, entry) == others)
    }

    @Test("A list of the kernel is read within its mask, and what is none is refused")
    func bytes() {
        let list: [UInt8] = [
            2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 7, 0, 33, 0, 0, 0, 4, 0, 4, 0, 255, 255, 255, 255, 8, 0,
            6, 0, 0, 1, 0, 0, 16, 0, 6, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255,
        ]
        let grants = [
            AccessGrant(.user(33), rights: 6), AccessGrant(.group(5), rights: 4), AccessGrant(.group(256), rights: 6),
        ]
        #expect(AccessGrant.grants(list, group: 5) == grants)
        for count in list.indices where count < 4 || count % 8 != 4 {
            #expect(AccessGrant.grants(list.prefix(count), group: 5) == nil)
        }
        #expect(AccessGrant.grants([1, 0, 0, 0], group: 5) == nil)
    }

    // MARK: The way

    private static func model() -> ModelDisk {
        let disk = ModelDisk()
        disk.addDirectory("/var/lib/muster")
        disk.addDirectory("/tmp", mode: 0o1777)
        return disk
    }

    /// Where the fault is; nil where the state's folder is taken.
    private static func refusal(_ disk: ModelDisk, _ path: String, user: UInt32 = 0) -> String? {
        do throws(RotationFault) {
            _ = try StateFile(path, keepsState: true, disk: disk.process(), trust: trust(user))
            return nil
        } catch {
            return "\(error.code.rawValue) \(error.location)"
        }
    }

    @Test(
        "Every folder on the way is looked at, and the last is not sticky",
        arguments: [
            ("/var/lib/muster/s", [], nil),
            ("/var/lib/../lib/./muster/s", [], nil),
            ("/var/lib/none/s", [], "disk /var/lib/none"),
            ("/tmp/s", [], "unsafe /tmp"),
            ("/tmp/ours/s", [("/tmp/ours", 0o700, 0)], nil),
            ("/tmp/theirs/s", [("/tmp/theirs", 0o755, 8)], "unsafe /tmp/theirs"),
            ("/var/lib/muster/s", [("/var/lib/muster", 0o1777, 0)], "unsafe /var/lib/muster"),
            ("/var/lib/muster/s", [("/var/lib/muster", 0o755, 8)], "unsafe /var/lib/muster"),
            ("/var/lib/muster/s", [("/var/lib", 0o777, 0)], "unsafe /var/lib"),
            ("/var/lib/muster/s", [("/var", 0o755, 8)], "unsafe /var"),
            ("/var/lib/muster/s", [("/var", 0o1777, 8)], "unsafe /var"),
        ] as [(String, [(String, UInt32, UInt32)], String?)])
    func way(path: String, folders: [(String, UInt32, UInt32)], wanted: String?) {
        let disk = Self.model()
        for (folder, mode, user) in folders { disk.addDirectory(folder, mode: mode, user: user) }
        #expect(Self.refusal(disk, path) == wanted)
    }

    @Test("A link on the way is followed where nobody else could have made it, and so is what it leads to")
    func links() {
        let disk = Self.model()
        disk.addDirectory("/srv/state")
        disk.addDirectory("/home/eve", user: 8)
        disk.addLink("/var/lib/a", to: "/srv/state")
        disk.addLink("/var/lib/b", to: "../../srv/./state")
        disk.addLink("/var/lib/c", to: "/home/eve/link")
        disk.addLink("/home/eve/link", to: "/srv/state")
        disk.addLink("/var/lib/d", to: "d")
        #expect(Self.refusal(disk, "/var/lib/a/s") == nil)
        #expect(Self.refusal(disk, "/var/lib/b/s") == nil)
        #expect(Self.refusal(disk, "/var/lib/c/s") == "unsafe /home/eve")
        #expect(Self.refusal(disk, "/home/eve/link/s") == "unsafe /home/eve")
        #expect(Self.refusal(disk, "/home/eve/link/s", user: 8) == nil)
        #expect(Self.refusal(disk, "/var/lib/d/s") == "disk /var/lib/d")
    }

    @Test(
        "State, journal and lock are plain files of ours; the last two with one name",
        arguments: ["", ".journal", ".lock"])
    func files(ending: String) {
        func refusal(_ plant: (ModelDisk, String) -> Void) -> String? {
            let disk = Self.model()
            plant(disk, "/var/lib/muster/s" + ending)
            return Self.refusal(disk, "/var/lib/muster/s")
        }
        let fault = "unsafe /var/lib/muster/s" + ending
        #expect(refusal { $0.addFile($1) } == nil)
        #expect(refusal { $0.addFile($1, user: 8) } == fault)
        #expect(refusal { $0.addFile($1, mode: 0o646) } == fault)
        #expect(refusal { $0.addPipe($1) } == fault)
        #expect(refusal { $0.addDirectory($1) } == fault)
        #expect(
            refusal { disk, path in
                disk.addFile("/x")
                disk.addLink(path, to: "/x")
            } == fault)
        #expect(
            refusal { disk, path in
                disk.addFile("/x")
                disk.addHardLink(path, to: "/x")
            } == (ending.isEmpty ? nil : fault))
    }

    // MARK: The lock

    private static func state(_ disk: ModelDisk) throws -> StateFile {
        try StateFile("/var/lib/muster/s", keepsState: true, disk: disk.process(), trust: trust(0))
    }

    @Test(
        "The state itself is locked only where nobody else may open it",
        arguments: [
            (0o600, 0, true), (0o640, 0, true), (0o640, 4, false), (0o644, 0, false), (0o604, 0, false),
        ] as [(UInt32, UInt32, Bool)])
    func stateLock(mode: UInt32, group: UInt32, isLocked: Bool) throws {
        let disk = Self.model()
        disk.addFile("/var/lib/muster/s", mode: mode, group: group)
        let other = try disk.process().openDirectory("/var/lib/muster").open("s", forWriting: false)
        #expect(try other.lock())
        #expect(try Self.state(disk).lock() == !isLocked)
        withExtendedLifetime(other) {}
    }

    @Test("A lock and a journal that others may read are narrowed, and one that is held is respected")
    func narrowing() throws {
        let disk = Self.model()
        disk.addFile("/var/lib/muster/s.lock", mode: 0o644)
        disk.addFile("/var/lib/muster/s.journal", mode: 0o644)
        let first = try Self.state(disk)
        #expect(try first.lock())
        #expect(try !Self.state(disk).lock())
        _ = try first.openJournal()
        #expect(disk.facts("/var/lib/muster/s.lock")?.mode == 0o600)
        #expect(disk.facts("/var/lib/muster/s.journal")?.mode == 0o600)
    }

    @Test("A new state, journal and lock are their owner's alone, and an old state keeps its mode")
    func modes() throws {
        let disk = Self.model()
        var state = RotationState()
        let time = CalendarTime(year: 2027, month: 1, day: 15)!
        state.set(time, for: "/a")
        let file = try Self.state(disk)
        #expect(try file.lock())
        let journal = try file.openJournal().journal
        try file.write(state, now: time)
        try journal.restart(with: [.closed(1)])
        #expect(disk.paths.allSatisfy { disk.facts($0)?.mode == 0o600 } && disk.paths.count == 3)
        disk.addFile("/var/lib/muster/s", mode: 0o640, user: 0, group: 4)
        let other = try Self.state(disk)
        _ = try other.read()
        try other.write(state, now: time)
        let facts = disk.facts("/var/lib/muster/s")
        #expect(facts?.mode == 0o640 && facts?.group == 4 && facts?.size ?? 0 > 0)
    }
}
