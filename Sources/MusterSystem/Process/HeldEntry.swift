internal import CMusterLinux
internal import Glibc

/// What the system says about an entry of a folder, or about the folder, links not followed.
struct PlaceFacts: Sendable {
    enum Kind: Sendable { case file, folder, link, fifo, socket, device, foreignDevice }

    var kind: Kind
    var identity: FileIdentity
    /// The lower twelve bits.
    var mode: UInt32
    var user: UInt32
    var group: UInt32
    /// Names it has.
    var links: UInt32

    init(_ raw: cml_place_facts) {
        kind =
            switch Int(raw.kind) {
            case CML_PLACE_REGULAR: .file
            case CML_PLACE_FOLDER: .folder
            case CML_PLACE_LINK: .link
            case CML_PLACE_FIFO: .fifo
            case CML_PLACE_SOCKET: .socket
            case CML_PLACE_DEVICE: .device
            default: .foreignDevice
            }
        identity = FileIdentity(device: raw.device, inode: raw.inode)
        mode = raw.mode
        user = raw.user
        group = raw.group
        links = raw.links
    }

    /// Those of a descriptor; nil where the file system fails.
    static func of(_ descriptor: Int32) -> PlaceFacts? {
        var raw = cml_place_facts()
        return unsafe cml_place_facts_of(descriptor, &raw) == 0 ? PlaceFacts(raw) : nil
    }

    /// Whether it belongs to us or to root.
    var isOurs: Bool { Self.isOurs(user) }

    /// Whether somebody else than we and root may write it. The group's bits are the most that an access list grants.
    var isOpenToOthers: Bool { !isOurs || mode & 0o022 != 0 }

    /// Whether it is a folder in which anybody may make files, as in /tmp.
    var isShared: Bool { mode & 0o002 != 0 || mode & 0o1020 == 0o1020 }

    /// Whether a user is we or root. Who owns `/` is root too: in a namespace of users root can have another number.
    @Sendable static func isOurs(_ user: UInt32) -> Bool { user == geteuid() || user == 0 || user == rootOwner }

    private static let rootOwner: UInt32? = {
        var raw = cml_place_facts()
        return unsafe cml_place_facts_at(AT_FDCWD, "/", &raw) == 0 ? raw.user : nil
    }()
}

/// An entry that is held by a descriptor, whatever becomes of its name: for its facts, and as a folder for what is in it.
final class HeldEntry: Sendable {
    let descriptor: Int32
    let facts: PlaceFacts

    /// Takes the descriptor over. Errors, as -errno: those of fstat(2).
    private init(_ descriptor: Int32) throws(HeldEntryFault) {
        var raw = cml_place_facts()
        let outcome = unsafe cml_place_facts_of(descriptor, &raw)
        guard outcome == 0 else {
            close(descriptor)
            throw HeldEntryFault(number: -outcome)
        }
        self.descriptor = descriptor
        facts = PlaceFacts(raw)
    }

    deinit { close(descriptor) }

    /// The folder that a path begins at.
    static func beginning(of path: String) throws(HeldEntryFault) -> HeldEntry {
        try HeldEntry(try HeldEntryFault.check(unsafe cml_place_enter(AT_FDCWD, path.hasPrefix("/") ? "/" : ".", true)))
    }

    /// What a name stands for, a link too.
    func entry(_ name: String) throws(HeldEntryFault) -> HeldEntry { try Self.entry(name, in: descriptor) }

    /// The same in a folder that is open otherwise.
    static func entry(_ name: String, in folder: Int32) throws(HeldEntryFault) -> HeldEntry {
        try HeldEntry(try HeldEntryFault.check(unsafe cml_place_open(folder, name)))
    }
}

extension HeldEntry: WalkPlace {
    var kind: WalkKind {
        switch facts.kind {
        case .folder: .folder
        case .link: .link
        case .file, .fifo, .socket, .device, .foreignDevice: .other
        }
    }
    var user: UInt32 { facts.user }
    var names: UInt32 { facts.links }
    var isSticky: Bool { facts.mode & 0o1000 != 0 }
    // Its folder may have been moved.
    var parent: HeldEntry? { nil }
    var isInProcess: Bool { cml_place_is_in_proc(descriptor) }

    func root() throws(HeldEntryFault) -> HeldEntry { try Self.beginning(of: "/") }

    func step(_ part: PathPart) throws(HeldEntryFault) -> HeldEntry {
        let folder = unsafe cml_place_enter(descriptor, part.characters, false)
        if folder != -ENOTDIR { return try HeldEntry(try HeldEntryFault.check(folder)) }
        return try HeldEntry(try HeldEntryFault.check(unsafe cml_place_open(descriptor, part.characters)))
    }

    func folder(through link: PathPart) throws(HeldEntryFault) -> HeldEntry {
        try HeldEntry(try HeldEntryFault.check(unsafe cml_place_enter(descriptor, link.characters, true)))
    }

    func target() throws(HeldEntryFault) -> [UInt8] {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe cml_place_target(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw HeldEntryFault(number: Int32(-count)) }
        return bytes.prefix(Int(count)).map { UInt8(bitPattern: $0) }
    }
}

/// Why an entry cannot be held or looked at: an errno.
package struct HeldEntryFault: Error, Sendable {
    package var number: Int32

    /// Passes on what a call gave, and throws where it gave a negated errno.
    static func check(_ outcome: Int32) throws(HeldEntryFault) -> Int32 {
        guard outcome >= 0 else { throw HeldEntryFault(number: -outcome) }
        return outcome
    }
}
