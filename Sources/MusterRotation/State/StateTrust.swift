internal import MusterSystem

/// Decides what nobody but root and us can change: it belongs to root or to us, and nobody else may write it.
struct StateTrust: Sendable {
    enum Right: UInt32 {
        case read = 4
        case write = 2
    }

    private let user: UInt32
    private let isOwnGroup: @Sendable (UInt32) -> Bool

    /// - Parameters:
    ///   - user: Who runs muster.
    ///   - isOwnGroup: Whether nobody but he and root is in a group.
    init(
        user: UInt32 = Accounts.effectiveUser, isOwnGroup: (@Sendable (UInt32) -> Bool)? = nil
    ) {
        self.user = user
        self.isOwnGroup = isOwnGroup ?? { Accounts.isOwnGroup($0, of: user) }
    }

    /// Who may write what is ours, for messages.
    var owners: String { user == 0 ? "root" : "you" }

    func has(_ user: UInt32) -> Bool { user == 0 || user == self.user }

    /// Who else has a right, as a text; nil where nobody has. Root's group counts as root.
    func others(_ right: Right, _ entry: DiskEntry) -> String? {
        let facts = entry.facts
        if facts.mode & right.rawValue != 0 { return "all users" }
        // With an access list the group's bits are its mask: without them it grants nothing.
        guard facts.mode & (right.rawValue << 3) != 0 else { return nil }
        let grants = entry.grants ?? [AccessGrant(.group(facts.group), rights: (facts.mode >> 3) & 7)]
        for grant in grants where grant.rights & right.rawValue != 0 {
            switch grant.subject {
            case .user(let user): if !has(user) { return "user \(user), by an access list," }
            case .group(let group): if group != 0, !isOwnGroup(group) { return "group \(group)" }
            }
        }
        return nil
    }

    /// Why it is not ours alone, with what to do; nil where it is.
    ///
    /// - Parameter name: What it is: "this folder".
    func objection(_ entry: DiskEntry, _ name: String, advice: String) -> String? {
        if !has(entry.facts.user) {
            let owner = user == 0 ? "root" : "its user"
            return "\(name) belongs to user \(entry.facts.user), who may change what muster runs; "
                + "try chown \(owner), or \(advice)"
        }
        guard let who = others(.write, entry) else { return nil }
        let mode = String(entry.facts.mode, radix: 8)
        let problem = "\(who) may write \(name) (mode 0\(mode)), and so change what muster runs"
        // Such a folder is meant for all.
        if entry.facts.mode & 0o1000 != 0 { return "\(problem); \(advice)" }
        return "\(problem); try \(entry.grants == nil ? "chmod go-w" : "setfacl -b and chmod go-w"), or \(advice)"
    }
}
