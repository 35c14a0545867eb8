internal import Glibc

/// Names of files: what a folder holds, what a pattern matches.
package enum FileNames {
    /// Names looked at in one folder.
    package static let limit = 1_000_000

    /// What a folder holds, without `.` and `..`, in no order. Errors: it is none, or may not be read.
    package static func inFolder(_ path: String, limit: Int = limit) throws(FileFault) -> [String] {
        guard let folder = unsafe opendir(path) else { throw FileFault(path: path, errno: errno, doing: "open") }
        // Invariant: the folder is open until it is closed here; an entry is valid until the next is read.
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while names.count < limit, let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe String(cString: UnsafeRawPointer(tuple).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The path from the root, links followed, to know a file again from another folder; as it was where nothing is there.
    package static func absolute(_ path: String) -> String {
        guard let resolved = unsafe realpath(path, nil) else { return path }
        // Invariant: realpath gave a string that ends with a zero, and that is freed once.
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Whether a path's last name is a link.
    package static func isLink(_ path: String) -> Bool {
        var facts = stat()
        return unsafe lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFLNK
    }

    /// Whether a word has something to match: `*`, `?` or `[`.
    package static func isPattern(_ word: String) -> Bool { word.utf8.contains { [0x2a, 0x3f, 0x5b].contains($0) } }

    /// The paths a pattern matches, as the shell's: `*` and `?` match no slash and no leading dot. Folders that cannot be
    /// read match nothing.
    package static func matching(_ pattern: String) -> [String] {
        var found = unsafe glob_t()
        defer { unsafe globfree(&found) }
        guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
        // Invariant: after success there are `gl_pathc` paths, each ended by a zero.
        return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
            unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
        }
    }
}
