internal import Glibc

/// What a walk meets: a folder that it goes on from, a link, or something else.
package protocol WalkPlace: Sendable {
    var kind: WalkKind { get }
    var user: UInt32 { get }
    /// How many names it has.
    var names: UInt32 { get }
    var isSticky: Bool { get }
    /// The folder above, where it is known without a look.
    var parent: Self? { get }
    /// Whether it is a folder in /proc.
    var isInProcess: Bool { get }

    /// Where a path begins that begins with a slash.
    func root() throws(HeldEntryFault) -> Self
    /// What stands there by a name, links not followed. Errors: those of the system.
    func step(_ part: PathPart) throws(HeldEntryFault) -> Self
    /// The folder that a link in it leads to, as the kernel follows it.
    func folder(through link: PathPart) throws(HeldEntryFault) -> Self
    /// Where it leads, as a link.
    func target() throws(HeldEntryFault) -> [UInt8]
}

package enum WalkKind: Sendable { case folder, link, other }

/// A name on a path, which need not be UTF-8 where a link leads to it.
package struct PathPart: Hashable, Sendable {
    /// With a zero at the end.
    let characters: [CChar]

    private init(_ bytes: some Sequence<UInt8>) { characters = bytes.map { CChar(bitPattern: $0) } + [0] }

    private var bytes: some Sequence<UInt8> { characters.dropLast().lazy.map { UInt8(bitPattern: $0) } }

    /// Nil where it is no UTF-8.
    package var name: String? { String(validating: bytes, as: UTF8.self) }
    /// For messages.
    package var text: String { String(decoding: Array(bytes), as: UTF8.self) }

    static let here = PathPart(".".utf8)
    static let above = PathPart("..".utf8)

    /// The parts of a path. A slash at its end says that a folder is meant, and is a part.
    static func parts(of path: some BidirectionalCollection<UInt8>) -> [PathPart] {
        let slash = UInt8(ascii: "/")
        return path.split(separator: slash).map { PathPart($0) } + (path.last == slash ? [here] : [])
    }
}

/// Goes along a path part by part, and asks its policy at each of them.
package struct PathWalk<Place: WalkPlace> {
    /// Links that are followed at most, as the kernel does.
    private static var linkLimit: Int { 40 }

    /// How far it has come.
    package private(set) var place: Place
    private let policy: WalkPolicy<Place>
    /// The next one last.
    private var parts: [PathPart]
    private var links = 0
    /// Whose links were followed.
    private(set) var linkOwners: Set<UInt32> = []
    /// Whether nobody else could have chosen the way so far.
    private var isOurs = true

    /// - Parameter start: The folder that the path begins in, or the root.
    package init(_ path: String, from start: Place, _ policy: WalkPolicy<Place>) {
        place = start
        self.policy = policy
        parts = PathPart.parts(of: path.utf8).reversed()
    }

    /// Goes to the folder at the end.
    package mutating func run() throws(WalkFault<Place>) {
        while let part = next() { try enter(part) }
        guard policy.accepts(last: place) else { throw .weak(place, isLast: true) }
    }

    /// Whether all parts are taken.
    var isAtEnd: Bool { parts.isEmpty }

    /// Takes the next part.
    mutating func next() -> PathPart? { parts.popLast() }

    /// Goes into the folder of a name, or has the parts that a link leads to come next.
    mutating func enter(_ part: PathPart) throws(WalkFault<Place>) {
        if part == .here { return }
        if part == .above, let parent = place.parent {
            place = parent
            return
        }
        let found: Place
        do throws(HeldEntryFault) { found = try place.step(part) } catch { throw .system(error.number, part) }
        if isOurs, let weak = policy.weakness(of: place, above: found) {
            if policy.folders == .ours { throw .weak(weak, isLast: false) }
            isOurs = false
        }
        switch found.kind {
        case .folder: place = found
        case .link: try follow(found, part)
        case .other: throw .noFolder(found)
        }
    }

    /// Has the parts that a link leads to come next.
    mutating func follow(_ link: Place, _ part: PathPart, isLast: Bool = false) throws(WalkFault<Place>) {
        links += 1
        if links > Self.linkLimit { throw .linkLimit(link) }
        if let objection = policy.objection(to: link, in: place, isOurWay: isOurs, isLast: isLast) {
            throw .link(link, objection)
        }
        linkOwners.insert(link.user)
        do throws(HeldEntryFault) {
            // Such a link is more than its text: the folder of a process, also where that has no name any more.
            if policy.entersProcesses, place.isInProcess {
                place = try place.folder(through: part)
                return
            }
            let target = try link.target()
            parts += PathPart.parts(of: target).reversed()
            if target.first == UInt8(ascii: "/") { place = try place.root() }
        } catch {
            throw .system(error.number, part)
        }
    }
}

/// Why a walk does not go on.
package enum WalkFault<Place: WalkPlace>: Error {
    /// The system's number, at a part of the folder that was reached.
    case system(Int32, PathPart)
    case noFolder(Place)
    case linkLimit(Place)
    /// A link that is not followed.
    case link(Place, WalkPolicy<Place>.Objection)
    /// Others could put something else in its place; or, of the last folder, in the place of what is in it.
    case weak(Place, isLast: Bool)

    /// What the kernel would say of it.
    var number: Int32 {
        switch self {
        case .system(let number, _): number
        case .noFolder: ENOTDIR
        case .linkLimit, .link, .weak: ELOOP
        }
    }
}
