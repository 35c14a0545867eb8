package import MusterSystem

/// Follows plain files by their names as they grow, as `tail -F` does. It has no clock: whoever holds it says when to look.
///
/// - **Rotation by renaming**: the old file is read on, until nothing came for some looks, and the new one from its
///   beginning. Files that came and were renamed between two looks are found by their names and read, too.
/// - **Truncation** (`copytruncate`): read from the beginning, with a note. What was written and truncated between two
///   looks is in the copy only and not seen here.
/// - **Deletion**: the file is read on as long as something comes; one that is created later is read from its beginning.
/// - A line is given once its end is there, or once its file is no longer written to. Lines of one file keep their order.
package final class Follower {
    /// Whole lines of one file, one behind the other.
    package struct Piece: Hashable, Sendable {
        /// Which of the followed names, from 0.
        package var source: Int
        /// Offset of the first line in its file, in bytes.
        package var position: Int64
        /// Each line with its line feed.
        package var bytes: [UInt8]
    }

    /// What a look found.
    package struct Look: Hashable, Sendable {
        package var pieces: [Piece] = []
        /// Truncations and the like, each with the file's name, for people.
        package var notes: [String] = []
        /// Whether there is more to read at once: a look is bounded to some MiB a file.
        package var isBehind = false
    }

    /// Looks without news after which a file that lost its name is let go.
    package static let grace = 5

    private struct Followed {
        var path: String
        /// Files that lost the name, oldest first.
        var former: [FollowedFile] = []
        /// The file that has the name.
        var current: FollowedFile?
        /// Fault of the last look, told once.
        var fault: FileFault?
    }

    private var followed: [Followed] = []

    package init() {}

    /// Follows one more name, from its file's beginning; it need not be there yet. Returns its number, from 0.
    @discardableResult
    package func follow(_ path: String) -> Int {
        followed.append(Followed(path: path))
        return followed.count - 1
    }

    /// Follows one more name on from an offset of a file that has or had it.
    @discardableResult
    package func follow(_ path: String, from file: InputFile, offset: Int64) -> Int {
        let source = follow(path)
        followed[source].current = FollowedFile(file, source: source, offset: max(0, offset))
        return source
    }

    /// Looks at every name once.
    package func poll() -> Look {
        var look = Look()
        for source in followed.indices {
            do throws(FileFault) {
                try lookAt(source, &look)
                followed[source].fault = nil
            } catch {
                if followed[source].fault != error { look.notes.append(error.text) }
                followed[source].fault = error
            }
        }
        return look
    }

    /// Gives the lines whose end has not come, at the end of all looking.
    package func finish() -> [Piece] {
        followed.flatMap { each in each.former.flatMap { $0.finish() } + (each.current?.finish() ?? []) }
    }

    /// Where to go on in each file that is still read, with the number of its name. Errors: a file cannot be read.
    package func positions() throws(FileFault) -> [(source: Int, position: Position)] {
        var positions: [(source: Int, position: Position)] = []
        for (source, each) in followed.enumerated() {
            for file in each.former + (each.current.map { [$0] } ?? []) {
                positions.append((source, try Position(file.file, offset: file.position)))
            }
        }
        return positions
    }

    private func lookAt(_ source: Int, _ look: inout Look) throws(FileFault) {
        let path = followed[source].path
        // Before the file is read: what comes between is found at the next look.
        let facts = try FileFacts.of(path)
        var isBehind = try readFormer(source, &look)
        if let current = followed[source].current {
            if let facts, facts.identity != current.file.identity {
                try succeed(current, source)
                isBehind = try readFormer(source, &look)
            }
        } else if facts != nil {
            followed[source].current = try open(path, source)
        }
        // A later file waits for those before it, so that lines stay in order.
        if !isBehind, let current = followed[source].current {
            _ = try read(current, source, &look)
            // One that was only moved away is kept, so that what comes next can be told from what was before.
            if facts == nil, current.quietLooks >= Self.grace, try current.file.currentFacts().isDeleted {
                look.pieces += current.finish()
                followed[source].current = nil
            }
        }
    }

    /// Lets a file that lost its name be followed by those that had the name since, and the one that has it now.
    private func succeed(_ last: FollowedFile, _ source: Int) throws(FileFault) {
        guard let next = try open(followed[source].path, source) else { return }
        let between = missed(after: last.file.identity, before: next.file.identity, source)
        last.quietLooks = 0
        followed[source].former += [last] + between
        followed[source].current = next
    }

    /// Files that had the name between two looks: those that the order of rotated names puts between two files.
    private func missed(after last: FileIdentity, before next: FileIdentity, _ source: Int) -> [FollowedFile] {
        let files = RotationName.siblings(of: followed[source].path).compactMap { try? InputFile.open($0) }
        guard let start = files.lastIndex(where: { $0.identity == last }) else { return [] }
        return files[(start + 1)...].filter { file in
            let head = (try? file.bytes(at: 0, count: Compression.magicCount)) ?? []
            return file.isRegular && file.identity != next && Compression.recognised(head) == .none
                && !ForeignLinks.mislead(file.path, to: file.identity)
        }.map { FollowedFile($0, source: source) }
    }

    /// The file that has a name now: one that had it before is followed on.
    private func open(_ path: String, _ source: Int) throws(FileFault) -> FollowedFile? {
        let file = try InputFile.open(path)
        if let index = followed[source].former.firstIndex(where: { $0.file.identity == file.identity }) {
            return followed[source].former.remove(at: index)
        }
        guard file.isRegular else { throw FileFault(path: path, hint: "only files can be followed") }
        // What has the name now is not what was named.
        if ForeignLinks.mislead(path, to: file.identity) {
            // Moved away since it was opened: the next look finds what is there.
            guard try FileFacts.of(path)?.identity == file.identity else { return nil }
            throw FileFault(path: path, hint: "not followed to \(ForeignLinks.what)")
        }
        return FollowedFile(file, source: source)
    }

    /// Reads the files that lost the name, in their order, and lets go of those that are quiet. True where there is more.
    private func readFormer(_ source: Int, _ look: inout Look) throws(FileFault) -> Bool {
        var kept: [FollowedFile] = []
        var isBehind = false
        for file in followed[source].former {
            if !isBehind { isBehind = try read(file, source, &look) }
            if isBehind || file.quietLooks < Self.grace { kept.append(file) } else { look.pieces += file.finish() }
        }
        followed[source].former = kept
        return isBehind
    }

    /// Reads one file on; true where there is more.
    private func read(_ file: FollowedFile, _ source: Int, _ look: inout Look) throws(FileFault) -> Bool {
        let growth = try file.look()
        look.pieces += growth.pieces
        look.notes += growth.notes.map { "\(followed[source].path): \($0)" }
        if growth.isBehind { look.isBehind = true }
        return growth.isBehind
    }
}
