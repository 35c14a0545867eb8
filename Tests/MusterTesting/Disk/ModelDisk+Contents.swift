package import MusterSystem

/// What a test puts there and looks at: no call of any process, and durable at once.
extension ModelDisk {
    /// What changes of contents set as their time, and new entries have.
    package func setTime(_ time: DiskTime) { system.look { $0.time = time } }

    /// A directory and those above it. Another device is a mount point: nothing is renamed into it from outside.
    package func addDirectory(
        _ path: String, mode: UInt32 = 0o755, user: UInt32 = 0, group: UInt32 = 0, device: UInt64? = nil
    ) {
        system.look { state in
            let number = state.makeWay(path.split(separator: "/").map(String.init))
            if let device { state[number].device = device }
            state[number].facts.mode = mode
            state[number].facts.setOwner(user, group)
            state[number].durableFacts = state[number].facts
        }
    }

    package func addFile(
        _ path: String, _ contents: [UInt8] = [], mode: UInt32 = 0o644, user: UInt32 = 0, group: UInt32 = 0,
        modification: DiskTime? = nil
    ) {
        system.look { state in
            let time = modification ?? state.time
            var inode = ModelInode(
                .regular, ModelFacts(mode: mode, user: user, group: group, access: time, modification: time))
            inode.contents = contents
            inode.durableContents = contents
            state.plant(path, inode)
        }
    }

    /// A symbolic link.
    package func addLink(_ path: String, to target: String) {
        system.look { state in
            var inode = ModelInode(.link, ModelFacts(mode: 0o777))
            inode.target = target
            state.plant(path, inode)
        }
    }

    /// A FIFO.
    package func addPipe(_ path: String) { system.look { $0.plant(path, ModelInode(.other, ModelFacts(mode: 0o644))) } }

    /// Another name of a file that is there.
    package func addHardLink(_ path: String, to file: String) {
        system.look { state in
            guard let number = state.lookUp(file) else { preconditionFailure("there is no \(file)") }
            state.attach(path, number)
        }
    }

    /// Nil where nothing is there, and no file.
    package func contents(_ path: String) -> [UInt8]? {
        system.look { state in
            guard let number = state.lookUp(path), state[number].kind == .regular else { return nil }
            return state[number].contents
        }
    }

    /// Links not followed, not even on the way.
    package func facts(_ path: String) -> EntryFacts? {
        system.look { state in state.lookUp(path).map { state.entryFacts($0) } }
    }

    /// The paths of all that is no directory, sorted.
    package var paths: [String] {
        system.look { state in
            var paths: [String] = []
            var rest = [(path: "", number: ModelState.root)]
            while let (path, number) = rest.popLast() {
                for (name, entry) in state[number].entries {
                    let isDirectory = state[entry].kind == .directory
                    if isDirectory { rest.append(("\(path)/\(name)", entry)) } else { paths.append("\(path)/\(name)") }
                }
            }
            return paths.sorted()
        }
    }

    /// Whether a crash would lose nothing.
    package var isDurable: Bool {
        system.look { state in
            state.renamings.isEmpty
                && state.inodes.values.allSatisfy { $0.changes.isEmpty || $0.links == 0 }
        }
    }
}

extension ModelState {
    fileprivate func lookUp(_ path: String) -> UInt64? {
        var number = Self.root
        for part in path.split(separator: "/") {
            guard let next = self[number].entries[String(part)] else { return nil }
            number = next
        }
        return number
    }

    /// The directory at the end of these names, made where it is not there.
    fileprivate mutating func makeWay(_ parts: [String]) -> UInt64 {
        var number = Self.root
        for part in parts {
            if let next = self[number].entries[part] {
                number = next
            } else {
                let facts = ModelFacts(mode: 0o755, access: time, modification: time)
                let made = add(ModelInode(.directory, facts, device: self[number].device))
                enter(number, part, made)
                number = made
            }
        }
        return number
    }

    /// Adds an inode under a path.
    fileprivate mutating func plant(_ path: String, _ inode: ModelInode) { attach(path, add(inode)) }

    fileprivate mutating func attach(_ path: String, _ number: UInt64) {
        let parts = path.split(separator: "/").map(String.init)
        precondition(!parts.isEmpty)
        let parent = makeWay(parts.dropLast())
        self[number].device = self[parent].device
        enter(parent, parts[parts.count - 1], number)
    }

    private mutating func enter(_ directory: UInt64, _ name: String, _ number: UInt64) {
        if let old = self[directory].entries[name] { self[old].links -= 1 }
        self[directory].entries[name] = number
        self[directory].durableEntries[name] = number
        self[number].links += 1
    }
}
