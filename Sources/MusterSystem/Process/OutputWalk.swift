internal import CMusterLinux
internal import Glibc

/// What the path of an output means.
enum OutputGoal: Sendable {
    /// A descriptor that we were started with: `/dev/stdout`, `/dev/fd/3`.
    case descriptor(Int32)
    case place(OutputPlace)
}

/// Finds the place that a path means part by part, each folder held open, so that nobody can lead it elsewhere later.
///
/// A link is followed where it belongs to us or root: as the last part only in a folder that nobody else may write, and
/// under several names nowhere else either, for others may have put it there.
struct OutputWalk: ~Copyable {
    /// Links that are followed at most, as the kernel does.
    private static let linkLimit = 40

    /// As the user wrote it.
    private let path: String
    /// What is to be done there, for faults: `write`.
    private let purpose: String
    private let makesFolders: Bool
    private var folder: HeldEntry
    /// The next one last.
    private var parts: [String] = []
    private var links = 0

    private init(_ path: String, _ purpose: String, makesFolders: Bool) throws(FileFault) {
        self.path = path
        self.purpose = purpose
        self.makesFolders = makesFolders
        if path.isEmpty { throw FileFault(path: path, errno: ENOENT, doing: purpose) }
        do throws(HeldEntryFault) {
            folder = try HeldEntry.beginning(of: path)
        } catch {
            throw FileFault(path: path, errno: error.number, doing: purpose)
        }
        push(path)
    }

    /// Errors: the way there is none, or leads through a link that is not followed; the path is that of a folder.
    static func find(
        _ path: String, to purpose: String = "write", makingFolders: Bool = false
    ) throws(FileFault) -> OutputGoal {
        var walk = try OutputWalk(path, purpose, makesFolders: makingFolders)
        return try walk.run()
    }

    private mutating func run() throws(FileFault) -> OutputGoal {
        while let part = parts.popLast() {
            if parts.isEmpty, part != ".", part != ".." {
                if let goal = try last(part) { return goal }
            } else {
                try enter(part)
            }
        }
        throw fault(EISDIR)
    }

    private mutating func push(_ path: String) {
        // A slash at the end says that a folder is meant.
        let last = path.hasSuffix("/") ? ["."] : []
        parts += (path.split(separator: "/").map(String.init) + last).reversed()
    }

    /// The last part; nil where it was a link, which leads on.
    private mutating func last(_ part: String) throws(FileFault) -> OutputGoal? {
        let entry: HeldEntry
        do throws(HeldEntryFault) {
            entry = try folder.entry(part)
        } catch {
            guard error.number == ENOENT else { throw fault(error.number) }
            return .place(OutputPlace(folder, part, path: path))
        }
        guard entry.facts.kind == .link else { return .place(OutputPlace(folder, part, path: path)) }
        if cml_place_has_our_descriptors(folder.descriptor), let number = Int32(part) { return .descriptor(number) }
        if cml_place_is_in_proc(folder.descriptor) {
            throw FileFault(path: path, hint: "cannot \(purpose): it is a link into a process; name the file itself")
        }
        try follow(entry, part, isLast: true)
        return nil
    }

    /// A part that has to be a folder.
    private mutating func enter(_ part: String) throws(FileFault) {
        if part == "." { return }
        do throws(HeldEntryFault) {
            folder = try folder.folder(part)
        } catch {
            switch error.number {
            case ENOENT where makesFolders: try make(part)
            case ENOTDIR: try enterLink(part)
            default: throw fault(error.number)
            }
        }
    }

    private mutating func make(_ part: String) throws(FileFault) {
        let outcome = unsafe cml_place_make_folder(folder.descriptor, part, 0o700)
        guard outcome == 0 || outcome == -EEXIST else { throw FileFault(path: path, errno: -outcome, doing: "make") }
        do throws(HeldEntryFault) { folder = try folder.folder(part) } catch { throw fault(error.number) }
    }

    private mutating func enterLink(_ part: String) throws(FileFault) {
        let entry: HeldEntry
        do throws(HeldEntryFault) { entry = try folder.entry(part) } catch { throw fault(error.number) }
        guard entry.facts.kind == .link else { throw fault(ENOTDIR) }
        try follow(entry, part, isLast: false)
    }

    private mutating func follow(_ link: HeldEntry, _ part: String, isLast: Bool) throws(FileFault) {
        links += 1
        if links > Self.linkLimit { throw fault(ELOOP) }
        try check(link.facts, part, isLast: isLast)
        do throws(HeldEntryFault) {
            // Such a link is more than its text: the folder of a process, also where that has no name any more.
            if cml_place_is_in_proc(folder.descriptor) {
                folder = try folder.folder(part, follows: true)
                return
            }
            let target = try link.target()
            push(target)
            if target.hasPrefix("/") { folder = try HeldEntry.beginning(of: target) }
        } catch {
            throw fault(error.number)
        }
    }

    private func check(_ link: PlaceFacts, _ part: String, isLast: Bool) throws(FileFault) {
        let what = isLast ? "it" : "\"\(part)\" on the way"
        let instead = "name the \(isLast ? "file" : "folder") that it leads to"
        guard link.isOurs else {
            throw FileFault(path: path, hint: "cannot \(purpose): \(what) is a link of another user's; \(instead)")
        }
        if folder.facts.isOpenToOthers, isLast || link.links > 1 {
            throw FileFault(
                path: path, hint: "cannot \(purpose): \(what) is a link in a folder that others may write; \(instead)")
        }
    }

    private func fault(_ number: Int32) -> FileFault { FileFault(path: path, errno: number, doing: purpose) }
}
