internal import MusterSystem

/// What the words of a command line stand for.
package struct InputList: Sendable {
    /// An input that is there and is not read.
    package struct Skipped: Hashable, Sendable {
        package var name: String
        /// Why: `a copy of access.log.1, counted once`.
        package var note: String
    }

    /// Oldest rotated copy first, natural order else; standard input last.
    package private(set) var sources: [LogSource] = []
    package private(set) var skipped: [Skipped] = []
    /// All that cannot be read. A run starts only where there are none.
    package private(set) var faults: [InputFault] = []

    // Sources as they were found, and what was seen of them.
    private var found: [LogSource] = []
    private var names: [FileIdentity: String] = [:]
    private var paths: Set<String> = []
    private let countsCopies: Bool

    /// Expands words: a file (also one with `*` in its name), a pattern, a folder (the logs in it, not in its folders),
    /// `-`. Every file is looked at. With `countCopies`, copies and other names of a file count again; the same path
    /// never does.
    package static func resolve(_ words: [String], countCopies: Bool = false) -> InputList {
        var list = InputList(countsCopies: countCopies)
        for word in words { list.expand(word) }
        list.sort()
        return list
    }

    private init(countsCopies: Bool) { self.countsCopies = countsCopies }

    private mutating func expand(_ word: String) {
        do throws(FileFault) {
            if word == "-" { return add(word, try FileFacts.ofStandardInput(), isNamed: true) }
            switch try FileFacts.of(word) {
            case let facts? where facts.kind == .directory: try addFolder(word)
            case let facts?: add(word, facts, isNamed: true)
            case nil where FileNames.isPattern(word): addMatches(word)
            case nil: faults.append(MissingName.fault(word))
            }
        } catch {
            faults.append(InputFault(error))
        }
    }

    private mutating func addMatches(_ pattern: String) {
        let paths = FileNames.matching(pattern)
        if paths.isEmpty { faults.append(InputFault(name: pattern, hint: "no file matches")) }
        for path in paths.sorted(by: RotationName.isNaturallyBefore) { addFound(path, saysFolders: true) }
    }

    private mutating func addFolder(_ folder: String) throws(FileFault) {
        let before = found.count + skipped.count
        let names = try FileNames.inFolder(folder).filter { !$0.hasPrefix(".") && !$0.hasSuffix("~") }
        let start = folder.hasSuffix("/") ? folder : folder + "/"
        for name in names.sorted(by: RotationName.isNaturallyBefore) { addFound(start + name, saysFolders: false) }
        if found.count + skipped.count == before {
            faults.append(InputFault(name: folder, hint: "no logs in this folder"))
        }
    }

    /// Adds what a pattern or a folder gave: what is no log is skipped.
    private mutating func addFound(_ path: String, saysFolders: Bool) {
        do throws(FileFault) {
            switch try FileFacts.of(path) {
            case let facts? where facts.kind == .regular: add(path, facts, isNamed: false)
            case let facts? where facts.kind == .directory: if saysFolders { skip(path, "a folder") }
            case .some: skip(path, "a pipe or a device")
            // Rotated away since it was listed, or a link.
            case nil: skip(path, MissingName.link(path) ?? "no longer there")
            }
        } catch {
            faults.append(InputFault(error))
        }
    }

    private mutating func add(_ path: String, _ facts: FileFacts, isNamed: Bool) {
        // A pattern and a name that mean the same path are nothing to talk about.
        guard paths.insert(path).inserted else { return }
        if !countsCopies, let other = names[facts.identity] {
            return skip(path, "the same file as \(other), counted once")
        }
        do throws(FileFault) {
            let source = try LogSource(path: path, facts: facts)
            if !isNamed, ForeignLinks.mislead(path, to: source.identity) {
                return skip(path, "\(ForeignLinks.what); name the file itself")
            }
            if let reason = Self.whyNoLog(source, isNamed: isNamed) {
                return isNamed ? faults.append(InputFault(name: path, hint: reason)) : skip(path, reason)
            }
            names[source.identity] = source.name
            found.append(source)
        } catch {
            faults.append(InputFault(error))
        }
    }

    private mutating func skip(_ path: String, _ note: String) { skipped.append(Skipped(name: path, note: note)) }

    /// Why a file holds no lines; nil where it may. A file that was named is believed to be a log, whatever is in it.
    private static func whyNoLog(_ source: LogSource, isNamed: Bool) -> String? {
        if source.head.starts(with: "LPKSHHRH".utf8) {
            return "a journal of systemd, no text: journalctl -o cat | muster logs … -"
        }
        return !isNamed && BlankText.hasZeros(source.head) ? "binary data, no log" : nil
    }

    private mutating func sort() {
        let files = found.filter { $0.path != "-" }.map { (RotationName($0.path), $0) }.sorted { $0.0 < $1.0 }
        sources = files.map(\.1) + found.filter { $0.path == "-" }
        found = []
        if countsCopies { return }
        let (kept, copies) = CopyRule.apply(sources)
        sources = kept
        for (copy, kept) in copies { skip(copy.name, "a copy of \(kept.name), counted once") }
    }
}
