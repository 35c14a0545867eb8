/// Links that other users made on the way to a file that was not named, but found.
///
/// Whoever makes one has us read, and tell others, what they may not read themselves: so it is followed only to a file of
/// theirs. It is looked at once the file is open, and the way to it is held part by part, so that nobody can change it in
/// between.
package enum ForeignLinks {
    /// What is not followed, for people.
    package static let what = "a link of another user's to a file that is not theirs"

    /// Whether a link that is neither ours nor root's leads to a file that is not its owner's, or the path to another file by
    /// now than the one with this identity.
    package static func mislead(_ path: String, to identity: FileIdentity) -> Bool {
        do {
            return try !leads(path, to: identity)
        } catch {
            return true
        }
    }

    private static func leads(_ path: String, to identity: FileIdentity) throws -> Bool {
        var walk = PathWalk(path, from: try HeldEntry.beginning(of: path), .found)
        while let part = walk.next() {
            guard walk.isAtEnd else {
                try walk.enter(part)
                continue
            }
            let end = try walk.place.step(part)
            guard end.kind == .link else {
                return end.facts.identity == identity
                    && walk.linkOwners.allSatisfy { PlaceFacts.isOurs($0) || $0 == end.user }
            }
            try walk.follow(end, part, isLast: true)
        }
        return false
    }
}
