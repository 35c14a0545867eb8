internal import CMusterLinux
internal import Glibc

/// Links that other users made on the way to a file that was not named, but found.
///
/// Whoever makes one has us read, and tell others, what they may not read themselves: so it is followed only to a file of
/// theirs. It is looked at once the file is open, so that nobody can change the way in between.
package enum ForeignLinks {
    /// What is not followed, for people.
    package static let what = "a link of another user's to a file that is not theirs"

    /// Links that are followed at most, as the kernel does.
    private static let linkLimit = 40

    /// Whether a link that is neither ours nor root's leads to a file that is not its owner's, or the path to another file by
    /// now than the one with this identity.
    package static func mislead(_ path: String, to identity: FileIdentity) -> Bool {
        var parts = words(path)
        var place = path.hasPrefix("/") ? "/" : "."
        var makers: Set<UInt32> = []
        var links = 0
        var last: PlaceFacts?
        while let part = parts.popLast() {
            let next = place.hasSuffix("/") ? place + part : place + "/" + part
            var raw = cml_place_facts()
            guard unsafe cml_place_facts_at(AT_FDCWD, next, &raw) == 0 else { return true }
            let facts = PlaceFacts(raw)
            guard facts.kind == .link else {
                (place, last) = (next, facts)
                continue
            }
            links += 1
            guard links <= linkLimit, let target = target(of: next) else { return true }
            if !facts.isOurs { makers.insert(facts.user) }
            parts += words(target)
            if target.hasPrefix("/") { place = "/" }
        }
        guard let last, last.identity == identity else { return true }
        return !makers.allSatisfy { $0 == last.user }
    }

    /// The parts of a path, the next one last.
    private static func words(_ path: String) -> [String] { path.split(separator: "/").map(String.init).reversed() }

    private static func target(of link: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        // Invariant: no more is written than the buffer's size.
        let count = unsafe bytes.withUnsafeMutableBytes { raw in
            unsafe readlink(link, raw.baseAddress!.assumingMemoryBound(to: CChar.self), raw.count)
        }
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
