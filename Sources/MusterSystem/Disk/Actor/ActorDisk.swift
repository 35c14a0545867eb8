internal import CMusterLinux
internal import Glibc

/// The file systems of this machine as another user may use them: a process that has become that user for good, the disk
/// server, works on directories and opens files, which come to us as descriptors.
///
/// The process ends with the last of the disk, its directories and its files. Where it ends before, or says what cannot be,
/// every call fails (EPIPE, EPROTO).
package struct ActorDisk: Disk {
    /// Who works on the disk.
    struct Actor: Sendable {
        var user: UInt32
        var group: UInt32
    }

    private let link: ActorLink
    private let user: UInt32

    /// Takes the other end of a server's connection, which is alive.
    init(socket: MessageSocket, user: UInt32, child: Int32? = nil) {
        link = ActorLink(socket: socket, child: child)
        self.user = user
    }

    /// The server's process, where it is one of its own and was not ended.
    var process: Int32? { link.process }

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - executable: A program that runs ``DiskServer/run(arguments:)`` where its first argument says so.
    ///   - user: Whom it becomes. Who is not root may only stay who he is.
    ///   - group: That group, and those the system knows for `name`; an empty name has none.
    /// - Throws: EPERM for another user; what starting a program or becoming the user fails with.
    package static func start(
        executable: String = "/proc/self/exe", user: UInt32, group: UInt32, name: String
    ) throws(DiskFault) -> ActorDisk {
        let place = name.isEmpty ? "\(user)" : name
        do throws(MessageSocket.Refusal) {
            guard geteuid() == 0 || (user, group) == (geteuid(), getegid()) else {
                throw MessageSocket.Refusal(code: EPERM)
            }
            let words = [executable, DiskServer.word, "\(user)", "\(group)", name]
            guard !words.contains(where: { $0.utf8.contains(0) }) else { throw MessageSocket.Refusal(code: EINVAL) }
            let (socket, child) = try spawn(executable, words)
            let disk = ActorDisk(socket: socket, user: user, child: child)
            try disk.link.greet()
            return disk
        } catch {
            throw DiskFault(code: error.code, call: "work as", path: place)
        }
    }

    /// Starts a program and returns our end of the connection; only the program has the other one, so that its end is heard.
    private static func spawn(
        _ executable: String, _ words: [String]
    ) throws(MessageSocket.Refusal) -> (socket: MessageSocket, child: Int32) {
        // Of our environment it gets only where its libraries are.
        let variables = Environment.variable("LD_LIBRARY_PATH").map { ["LD_LIBRARY_PATH=\($0)"] } ?? []
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        var environment = unsafe variables.map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe arguments.indices { unsafe free(arguments[index]) }
            for index in unsafe environment.indices { unsafe free(environment[index]) }
        }
        let (near, far) = try MessageSocket.pair()
        // Invariant: both lists end with nil and outlive the call.
        let child = unsafe cml_spawn_server(executable, &arguments, &environment, far.descriptor)
        guard child > 0 else { throw MessageSocket.Refusal(code: -child) }
        return (near, child)
    }

    package func openDirectory(_ path: String) throws(DiskFault) -> any DiskDirectory {
        let number = link.newNumber()
        try link.perform(.openDirectory(number, path), "open directory", path)
        return ActorDirectory(path: path, number: number, link: link, user: user)
    }

    package func makeDirectory(_ path: String, mode: UInt32) throws(DiskFault) {
        try link.perform(.makeDirectory(path, mode: mode), "make directory", path)
    }
}
