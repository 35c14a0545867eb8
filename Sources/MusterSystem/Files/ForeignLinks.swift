/// Links that other users made on the way to a file that was not named, but found.
///
/// Whoever makes one has us read, and tell others, what they may not read themselves: so it is followed only to a file of
/// theirs. It is looked at once the file is open, and the way to it is held part by part, so that nobody can change it in
/// between.
package enum ForeignLinks {
    /// What is not followed, for people.
    package static let what = "a link of another user's to a file that is not theirs"

    /// Links that are followed at most, as the kernel does.
    private static let linkLimit = 40

    /// Whether a link that is neither ours nor root's leads to a file that is not its owner's, or the path to another file by
    /// now than the one with this identity.
    package static func mislead(_ path: String, to identity: FileIdentity) -> Bool {
        do throws(HeldEntryFault) {
            return try !leads(path, to: identity)
        } catch {
            return true
        }
    }

    /// Goes from one held entry to the next: by their paths, a folder could become a link between two looks.
    private static func leads(_ path: String, to identity: FileIdentity) throws(HeldEntryFault) -> Bool {
        var place = try HeldEntry.beginning(of: path)
        var parts = Array(PathPart.parts(of: path.utf8).reversed())
        var makers: Set<UInt32> = []
        var links = 0
        while let part = parts.popLast() {
            let found = try place.step(part)
            guard found.kind == .link else {
                place = found
                continue
            }
            links += 1
            guard links <= linkLimit else { return false }
            if !found.facts.isOurs { makers.insert(found.user) }
            let target = try found.target()
            parts += PathPart.parts(of: target).reversed()
            if target.first == UInt8(ascii: "/") { place = try place.root() }
        }
        return place.facts.identity == identity && makers.allSatisfy { $0 == place.user }
    }
}
