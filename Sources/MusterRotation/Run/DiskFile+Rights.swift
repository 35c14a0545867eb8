internal import Glibc
internal import MusterSystem

extension DiskFile {
    /// Takes owner, permissions, access list and times of another file, whose facts are given: no setuid and setgid, as
    /// logrotate.
    func take(_ facts: EntryFacts, of other: any DiskFile) throws(DiskFault) {
        try take(user: facts.user, group: facts.group, mode: facts.mode & 0o777, of: other)
        try setTimes(access: facts.access, modification: facts.modification)
    }

    /// Who may not give files away keeps them, as a user named by `su`; then the group, which is another one, gets no
    /// right. Nor does it where an access list cannot be taken over, whose mask the mode's bits of the group are.
    func take(user: UInt32, group: UInt32, mode: UInt32, of other: (any DiskFile)?) throws(DiskFault) {
        var mode = mode
        do throws(DiskFault) {
            try setOwner(user: user, group: group)
        } catch {
            guard error.code == EPERM else { throw error }
            mode &= ~0o6070
        }
        // The mode comes last: until then nobody has more rights than to the other file.
        let hasList = try takeTrustedList(of: other, for: user)
        try setMode(hasList ? mode : mode & ~0o070)
    }

    /// Takes the access list of another file over where its owner, who can have made it, is root or the one that this file is
    /// meant for: else he could give himself rights to the file of another user. False where the mode's bits of the group
    /// would be the mask of a list that is not there.
    private func takeTrustedList(of other: (any DiskFile)?, for user: UInt32) throws(DiskFault) -> Bool {
        guard let other, try [0, user].contains(other.facts().user) else {
            try dropAccessList()
            return true
        }
        return try takeAccessList(of: other.itself)
    }
}
