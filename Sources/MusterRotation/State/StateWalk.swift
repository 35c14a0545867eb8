internal import MusterSystem

/// The way to the folder of the state, walked from the root, with what to tell where it is not taken.
struct StateWalk {
    private let path: String
    private let trust: StateTrust

    init(_ path: String, _ trust: StateTrust) {
        self.path = path
        self.trust = trust
    }

    /// Where it leads. Errors: a part is missing, or can be changed by others.
    func place(on disk: any Disk) throws(RotationFault) -> DiskPlace {
        let start = path.hasPrefix("/") ? "" : try Self.currentFolder() + "/"
        let policy = WalkPolicy.state(
            isTrusted: { [trust] in trust.has($0) }, isShared: { [trust] in trust.others(.write, $0) != nil })
        let root: DiskPlace
        do throws(HeldEntryFault) { root = try .root(of: disk) } catch { throw fault(error.number, at: "/") }
        var walk = PathWalk(start + path, from: root, policy)
        do throws(WalkFault<DiskPlace>) { try walk.run() } catch { throw fault(error, from: walk.place) }
        return walk.place
    }

    private static func currentFolder() throws(RotationFault) -> String {
        guard let folder = RealPath.of(".") else {
            throw RotationFault(.disk, at: ".", "this folder is gone; write -s with a path that begins with /")
        }
        return folder
    }

    // MARK: Faults

    private func fault(_ fault: WalkFault<DiskPlace>, from folder: DiskPlace) -> RotationFault {
        switch fault {
        case .system(let number, let part): self.fault(number, at: folder.path(of: part))
        case .noFolder(let place): RotationFault(.disk, at: place.path, "this is no folder; write -s FILE in one")
        case .linkLimit(let link):
            RotationFault(
                .disk, at: link.path, "too many links are on the way to the state file; write its own path")
        case .link(let link, _):
            RotationFault(
                .unsafe, at: link.path,
                "this link on the way to the state file belongs to user \(link.user); write its own path")
        case .weak(let place, let isLast): RotationFault(.unsafe, at: place.path, hint(place.entry, isLast: isLast))
        }
    }

    private func fault(_ number: Int32, at place: String) -> RotationFault {
        let fault = DiskFault(code: number, call: "open", path: place)
        let advice = fault.isAbsence ? "make it" : "see its permissions"
        return RotationFault(
            .disk, at: place, "the folder of the state file cannot be opened (\(fault.reason)); \(advice)")
    }

    private func hint(_ entry: DiskEntry, isLast: Bool) -> String {
        let name = isLast ? "the state file's folder" : "this folder on the way to the state file"
        let advice = "write -s FILE in a folder that nobody but \(trust.owners) may write"
        return trust.objection(entry, name, advice: advice) ?? "\(name) can be changed by others; \(advice)"
    }
}
