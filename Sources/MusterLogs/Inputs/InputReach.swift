package import MusterSystem

/// What a question to logs has to reach: found out before anything in them is read but how they begin.
///
/// A file that is named is read, and the names beside it, where it may be found again after a rotation. Where files come
/// later, their folder is read: behind a pattern, a folder, `--follow`.
package struct InputReach: Sendable {
    package private(set) var paths: Set<Confinement.Path> = []
    /// Programs that decompress what is there.
    package private(set) var programs: Set<String> = []
    private let follows: Bool
    /// Whether there is a line to be had anywhere.
    private var hasContent = false
    private var folders: Set<String> = []

    package init(_ words: [String], follows: Bool) {
        self.follows = follows
        for word in words where word != "-" { expand(word) }
        // What is waited for may be compressed when it comes.
        if follows, !hasContent { programs.formUnion(Compression.all.compactMap(\.program)) }
    }

    private mutating func expand(_ word: String) {
        // What cannot be looked at is told when it is opened.
        let facts = (try? FileFacts.of(word)) ?? nil
        if facts?.kind == .directory {
            let folder = word.hasSuffix("/") && word != "/" ? String(word.dropLast()) : word
            addFolder(folder)
            let start = folder.hasSuffix("/") ? folder : folder + "/"
            for name in (try? FileNames.inFolder(word)) ?? [] { addFile(start + name, facts: nil) }
        } else if facts == nil, FileNames.isPattern(word) {
            addPattern(word)
        } else {
            let folder = Self.folder(of: word)
            paths.insert(.init(folder, follows ? .read : .list))
            addFile(word, facts: facts)
        }
    }

    private mutating func addPattern(_ pattern: String) {
        // The part in front of the first folder that is a pattern.
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let plain = parts.prefix { !FileNames.isPattern($0) }.joined(separator: "/")
        let base = plain.isEmpty ? (pattern.hasPrefix("/") ? "/" : ".") : plain
        paths.insert(.init(base, follows ? .read : .list))
        for path in FileNames.matching(pattern) {
            addFolder(Self.folder(of: path))
            addFile(path, facts: nil)
        }
    }

    private mutating func addFolder(_ folder: String) {
        if folders.insert(folder).inserted { paths.insert(.init(folder, .read)) }
    }

    private mutating func addFile(_ path: String, facts: FileFacts?) {
        guard let facts = facts ?? ((try? FileFacts.of(path)) ?? nil) else { return }
        let isLink = FileNames.isLink(path)
        if isLink, let target = RealPath.of(path), target.hasPrefix("/"), facts.kind == .regular {
            // The names beside what it leads to; a link that is followed may lead elsewhere tomorrow.
            paths.insert(follows ? .init("/", .read) : .init(Self.folder(of: target), .list))
        }
        if isLink || !folders.contains(Self.folder(of: path)) { paths.insert(.init(path, .read)) }
        if facts.kind == .regular, facts.size > 0 { look(path) }
    }

    private mutating func look(_ path: String) {
        guard let file = try? InputFile.open(path),
            let head = try? file.bytes(at: 0, count: Compression.magicCount)
        else { return }
        hasContent = true
        if let program = Compression.recognised(head).program { programs.insert(program) }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: 0x2f) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
