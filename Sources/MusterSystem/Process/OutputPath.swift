internal import Glibc

/// Which file a path that is written to means, whether it is there yet or not.
package struct OutputPath: Hashable, Sendable {
    /// Itself where it is there, else its folder.
    private let identity: FileIdentity
    /// Its name in the folder; nil where it is there.
    private let name: String?

    /// Nil where nothing can be the same file: nothing is there and no folder either, or it is a device, which any number
    /// may write to.
    package static func of(_ text: String) -> OutputPath? {
        let path = OutputName(text).path
        var status = stat()
        if unsafe stat(path, &status) == 0 { return of(status) }
        let target = target(of: path)
        guard unsafe stat(folder(of: target), &status) == 0, let name = target.split(separator: "/").last else {
            return nil
        }
        return OutputPath(identity: identity(status), name: String(name))
    }

    /// The same for one of our own descriptors; nil also where it is closed.
    package static func of(descriptor: Int32) -> OutputPath? {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? of(status) : nil
    }

    private static func of(_ status: stat) -> OutputPath? {
        let isDevice = [S_IFCHR, S_IFBLK].contains(status.st_mode & S_IFMT)
        return isDevice ? nil : OutputPath(identity: identity(status), name: nil)
    }

    private static func identity(_ status: stat) -> FileIdentity {
        FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// The name to put a new file under: the links that the last name leads through are followed, also to where nothing is.
    static func target(of path: String) -> String {
        var path = path
        // As many as the kernel follows.
        for _ in 0..<40 {
            guard let link = link(at: path) else { break }
            path = link.hasPrefix("/") ? link : folder(of: path) + "/" + link
        }
        return path
    }

    private static func link(at path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        // Invariant: readlink writes no more than the buffer's size.
        let count = unsafe bytes.withUnsafeMutableBytes { raw in
            unsafe readlink(path, raw.baseAddress!.assumingMemoryBound(to: CChar.self), raw.count)
        }
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
