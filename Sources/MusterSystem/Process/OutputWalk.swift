internal import CMusterLinux
internal import Glibc

/// What the path of an output means.
enum OutputGoal: Sendable {
    /// A descriptor that we were started with: `/dev/stdout`, `/dev/fd/3`.
    case descriptor(Int32)
    case place(OutputPlace)
}

/// Finds the place that a path means part by part, each folder held open, so that nobody can lead it elsewhere later:
/// ``WalkPolicy/outputs`` says through which links.
struct OutputWalk: ~Copyable {
    /// As the user wrote it.
    private let path: String
    /// What is to be done there, for faults: `write`.
    private let purpose: String
    private let makesFolders: Bool
    private var walk: PathWalk<HeldEntry>

    private init(_ path: String, _ purpose: String, makesFolders: Bool) throws(FileFault) {
        self.path = path
        self.purpose = purpose
        self.makesFolders = makesFolders
        if path.isEmpty { throw FileFault(path: path, errno: ENOENT, doing: purpose) }
        do throws(HeldEntryFault) {
            walk = PathWalk(path, from: try HeldEntry.beginning(of: path), .outputs)
        } catch {
            throw FileFault(path: path, errno: error.number, doing: purpose)
        }
    }

    /// Errors: the way there is none, or leads through a link that is not followed; the path is that of a folder.
    static func find(
        _ path: String, to purpose: String = "write", makingFolders: Bool = false
    ) throws(FileFault) -> OutputGoal {
        var walk = try OutputWalk(path, purpose, makesFolders: makingFolders)
        return try walk.run()
    }

    private mutating func run() throws(FileFault) -> OutputGoal {
        while let part = walk.next() {
            if walk.isAtEnd, part != .here, part != .above {
                if let goal = try last(part) { return goal }
            } else {
                try enter(part)
            }
        }
        throw fault(EISDIR)
    }

    /// The last part; nil where it was a link, which leads on.
    private mutating func last(_ part: PathPart) throws(FileFault) -> OutputGoal? {
        guard let name = part.name else { throw fault(EILSEQ) }
        let folder = walk.place
        let entry: HeldEntry
        do throws(HeldEntryFault) {
            entry = try folder.entry(name)
        } catch {
            guard error.number == ENOENT else { throw fault(error.number) }
            return .place(OutputPlace(folder, name, path: path))
        }
        guard entry.facts.kind == .link else { return .place(OutputPlace(folder, name, path: path)) }
        if cml_place_has_our_descriptors(folder.descriptor), let number = Int32(name) { return .descriptor(number) }
        if folder.isInProcess {
            throw FileFault(path: path, hint: "cannot \(purpose): it is a link into a process; name the file itself")
        }
        do throws(WalkFault<HeldEntry>) {
            try walk.follow(entry, part, isLast: true)
        } catch {
            throw fault(error, "it", "file")
        }
        return nil
    }

    /// A part that has to be a folder.
    private mutating func enter(_ part: PathPart) throws(FileFault) {
        do throws(WalkFault<HeldEntry>) {
            try walk.enter(part)
            return
        } catch {
            guard makesFolders, error.number == ENOENT else { throw fault(error, on: part) }
        }
        let outcome = unsafe cml_place_make_folder(walk.place.descriptor, part.characters, 0o700)
        guard outcome == 0 || outcome == -EEXIST else { throw FileFault(path: path, errno: -outcome, doing: "make") }
        do throws(WalkFault<HeldEntry>) { try walk.enter(part) } catch { throw fault(error, on: part) }
    }

    private func fault(_ fault: WalkFault<HeldEntry>, on part: PathPart) -> FileFault {
        self.fault(fault, "\"\(part.text)\" on the way", "folder")
    }

    private func fault(_ fault: WalkFault<HeldEntry>, _ what: String, _ kind: String) -> FileFault {
        guard case .link(_, let objection) = fault else { return self.fault(fault.number) }
        let why =
            switch objection {
            case .foreign: "a link of another user's"
            case .exposed: "a link in a folder that others may write"
            }
        return FileFault(
            path: path, hint: "cannot \(purpose): \(what) is \(why); name the \(kind) that it leads to")
    }

    private func fault(_ number: Int32) -> FileFault { FileFault(path: path, errno: number, doing: purpose) }
}
