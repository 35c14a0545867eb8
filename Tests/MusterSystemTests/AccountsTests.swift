import Glibc
import MusterSystem
import Testing

@Suite("Accounts") struct AccountsTests {
    @Test("A user is found by name and by number, with the group that is his")
    func user() {
        #expect(Accounts.user("root") == Accounts.User(user: 0, group: 0))
        #expect(Accounts.user("0") == Accounts.User(user: 0, group: 0))
        #expect(Accounts.user("4000000001") == Accounts.User(user: 4_000_000_001, group: nil))
    }

    @Test("A group is found by name and by number")
    func group() {
        #expect(Accounts.group("root") == 0)
        #expect(Accounts.group("4000000001") == 4_000_000_001)
    }

    @Test(
        "What is neither a name nor a number is nobody",
        arguments: ["", "no such name", "-1", "+1", "1x", "4294967295", "4294967296", "root\0x", "٣"])
    func unknown(text: String) {
        #expect(Accounts.user(text) == nil)
        #expect(Accounts.group(text) == nil)
    }

    @Test("The process is who the system says it is")
    func own() {
        #expect(Accounts.effectiveUser == geteuid() && Accounts.effectiveGroup == getegid())
    }
}
