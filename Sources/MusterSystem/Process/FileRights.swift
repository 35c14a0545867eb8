internal import CMusterLinux
internal import Glibc

/// Owner, mode and access list that a file takes from the one whose place it takes: never more than that one grants.
enum FileRights {
    /// Gives them to a file of ours that nobody else can have opened yet. Errors: an errno; the mode cannot be kept.
    static func take(
        from old: HeldEntry, for readers: OutputReaders, by descriptor: Int32
    ) throws(HeldEntryFault) {
        var mode = old.facts.mode & 0o777
        if readers == .owner { mode &= 0o600 }
        // Who may not give files away keeps it.
        if fchown(descriptor, old.facts.user, old.facts.group) != 0 { fchown(descriptor, .max, old.facts.group) }
        if readers == .owner || PlaceFacts.of(descriptor)?.group != old.facts.group {
            // A list would grant its group's rights to another group; without it, it cannot deny anything either.
            mode &= cml_list_is_there(old.descriptor) ? 0o700 : ownedByOthers(mode)
            try drop(descriptor)
        } else if cml_list_copy(old.descriptor, descriptor) < 0 {
            mode &= 0o700
            try drop(descriptor)
        }
        guard fchmod(descriptor, mode) == 0 || PlaceFacts.of(descriptor).map({ $0.mode & 0o777 & ~mode }) == 0 else {
            throw HeldEntryFault(number: EPERM)
        }
    }

    /// The mode for a group that is not the old one: it may what everybody may.
    private static func ownedByOthers(_ mode: UInt32) -> UInt32 { mode & 0o707 | (mode << 3 & mode & 0o070) }

    /// Takes away the list that the folder gave it.
    private static func drop(_ descriptor: Int32) throws(HeldEntryFault) {
        let outcome = cml_list_drop(descriptor)
        guard outcome == 0 else { throw HeldEntryFault(number: -outcome) }
    }
}
