internal import MusterSystem

/// What the device holds after the power went, chosen among all that a file system may have kept.
extension ModelState {
    /// The state that a machine finds when it starts again; nil for the generator where nothing is kept but what is durable.
    func crashed(_ dice: inout Dice?) -> ModelState {
        var after = self
        for renaming in kept(&dice) { after.settle(renaming) }
        after.renamings = []
        let reached = after.reachable()
        // In order, so that the generator gives the same every time.
        for number in inodes.keys.sorted() {
            guard let links = reached[number] else {
                after.inodes[number] = nil
                continue
            }
            let inode = self[number]
            after[number].contents = inode.survivor(&dice)
            after[number].facts = dice.toss() ? inode.facts : inode.durableFacts
            after[number].entries = after[number].durableEntries
            after[number].links = inode.kind == .directory ? 2 : links
            after[number].durableContents = after[number].contents
            after[number].durableFacts = after[number].facts
            after[number].changes = []
            after[number].holder = nil
        }
        return after
    }

    /// The changes of names that reached the device: none, all, the first ones, the first ones of each directory, or any.
    /// A change is kept only where all earlier ones of the same entries are.
    private func kept(_ dice: inout Dice?) -> [ModelRenaming] {
        guard dice != nil else { return [] }
        let way = dice.roll(5)
        let first = dice.roll(renamings.count + 1)
        var ends: [UInt64: Int] = [:]
        for number in inodes.keys.sorted() where self[number].kind == .directory {
            ends[number] = dice.roll(renamings.count + 1)
        }
        var lost: Set<ModelRenaming.Entry> = []
        var kept: [ModelRenaming] = []
        for (index, renaming) in renamings.enumerated() {
            let isWanted =
                switch way {
                case 0: false
                case 1: true
                case 2: index < first
                case 3: renaming.entries.allSatisfy { index < ends[$0.entry.directory] ?? 0 }
                default: dice.toss()
                }
            let entries = renaming.entries.map(\.entry)
            if isWanted, !entries.contains(where: lost.contains) {
                kept.append(renaming)
            } else {
                lost.formUnion(entries)
            }
        }
        return kept
    }

    /// Inodes that the durable names lead to, with the number of these names.
    private func reachable() -> [UInt64: UInt32] {
        var found: [UInt64: UInt32] = [Self.root: 1]
        var rest = [Self.root]
        while let directory = rest.popLast() {
            for number in self[directory].durableEntries.values {
                if found[number] == nil, self[number].kind == .directory { rest.append(number) }
                found[number, default: 0] += 1
            }
        }
        return found
    }
}

extension ModelInode {
    /// The contents on the device: what is durable and then none, all or the first of the later changes, the last of them
    /// torn; what follows is missing, or zeros where the file grew, or each of them is there or not.
    fileprivate func survivor(_ dice: inout Dice?) -> [UInt8] {
        guard dice != nil, !changes.isEmpty else { return durableContents }
        var bytes = durableContents
        let way = dice.roll(5)
        let first = way == 0 ? 0 : way == 1 ? changes.count : dice.roll(changes.count + 1)
        for change in changes[..<first] { bytes.apply(change) }
        for (index, change) in changes[first...].enumerated() {
            switch way {
            case 2 where index == 0: bytes.apply(change.torn(&dice))
            case 3: bytes.grow(change)
            case 4:
                switch dice.roll(3) {
                case 0: bytes.apply(change)
                case 1: bytes.grow(change)
                default: break
                }
            default: break
            }
        }
        return bytes
    }
}

extension ModelChange {
    /// The first bytes of a write.
    fileprivate func torn(_ dice: inout Dice?) -> ModelChange {
        guard case .write(let bytes, let offset) = self else { return self }
        return .write(Array(bytes.prefix(dice.roll(bytes.count + 1))), at: offset)
    }
}

extension [UInt8] {
    /// Does what a change does to the size alone.
    fileprivate mutating func grow(_ change: ModelChange) {
        switch change {
        case .write(let bytes, let offset): resize(Swift.max(count, bytes.isEmpty ? 0 : offset + bytes.count))
        case .truncate(let size): resize(size)
        }
    }
}

extension Dice? {
    /// A number below another; 0 without dice.
    fileprivate mutating func roll(_ end: Int) -> Int { self == nil ? 0 : Int.random(in: 0..<end, using: &self!) }

    fileprivate mutating func toss() -> Bool { roll(2) == 1 }
}
