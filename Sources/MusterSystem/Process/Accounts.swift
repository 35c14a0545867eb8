internal import CMusterLinux
internal import Glibc

/// Users and groups that this machine knows.
package enum Accounts {
    /// A user, and the group that is his in the first place.
    package struct User: Sendable, Hashable {
        package var user: UInt32
        /// Nil where a number was given that no user has.
        package var group: UInt32?

        package init(user: UInt32, group: UInt32?) {
            self.user = user
            self.group = group
        }
    }

    /// The user of a name, or of a number where there is no such name. Nil where there is none, or where nobody can say.
    package static func user(_ text: String) -> User? {
        guard isAskable(text) else { return nil }
        var user: UInt32 = 0
        var group: UInt32 = 0
        if unsafe cml_account_user(text, &user, &group) == 1 { return User(user: user, group: group) }
        guard let number = number(text) else { return nil }
        return User(user: number, group: unsafe cml_account_user_number(number, &group) == 1 ? group : nil)
    }

    /// The group of a name, or a number where there is no such name. Nil where there is none, or where nobody can say.
    package static func group(_ text: String) -> UInt32? {
        guard isAskable(text) else { return nil }
        var group: UInt32 = 0
        return unsafe cml_account_group(text, &group) == 1 ? group : number(text)
    }

    /// Whether a user is in a group and nobody else but root is. False where nobody can say.
    package static func isOwnGroup(_ group: UInt32, of user: UInt32) -> Bool {
        cml_account_is_own_group(group, user) == 1
    }

    /// Whom the system takes this process for.
    package static var effectiveUser: UInt32 { geteuid() }
    package static var effectiveGroup: UInt32 { getegid() }

    private static func isAskable(_ text: String) -> Bool { !text.isEmpty && !text.utf8.contains(0) }

    /// Digits alone; the greatest number means "nobody" to chown(2) and is none.
    private static func number(_ text: String) -> UInt32? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = UInt32(text), number != .max
        else { return nil }
        return number
    }
}
