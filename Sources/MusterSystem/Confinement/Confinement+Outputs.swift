internal import Glibc

extension Confinement {
    /// Lets a file be written and replaced as ``OutputFile/stage(_:patience:)`` does, whoever owns it and its folder.
    package mutating func allowOutput(_ text: String) {
        let path = OutputName(text).path
        paths?.insert(Path(path, .write))
        let target = OutputPath.target(of: path)
        var facts = stat()
        if unsafe stat(target, &facts) == 0 {
            if facts.st_uid != geteuid() || facts.st_gid != getegid() { keepRights() }
            keepRights(toWrite: facts)
            // A device or a pipe is written to as it is: its folder stays shut.
            if facts.st_mode & S_IFMT != S_IFREG { return }
        }
        let folder = OutputPath.folder(of: target)
        paths?.insert(Path(folder, .replace))
        if unsafe stat(folder, &facts) == 0 { keepRights(toWrite: facts) }
    }

    /// What belongs to us root can work on without its capabilities.
    private mutating func keepRights(toWrite facts: stat) {
        if facts.st_uid != geteuid() || facts.st_mode & S_IWUSR == 0 { keepRights() }
    }

    private mutating func keepRights() { capabilities.formUnion([.overrideModes, .changeOwner, .actAsOwner]) }
}
