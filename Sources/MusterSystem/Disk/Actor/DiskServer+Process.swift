internal import CMusterLinux

extension DiskServer {
    /// The first argument of a program that is to be a disk server; the rest is for ``run(arguments:)``.
    package static let word = "--disk-server"

    /// Becomes a user for good and serves whoever started this process, until they end. Signals that end a run are for them.
    ///
    /// - Parameter arguments: The user's and the group's number and the user's name.
    /// - Returns: The exit status: 0 after serving, 1 where the user could not be become, which was told, 2 where there is
    ///   nobody to serve.
    package static func run(arguments: [String]) -> Int32 {
        guard arguments.count == 3, let user = UInt32(arguments[0]), let group = UInt32(arguments[1]),
            cml_is_message_socket(Int32(CML_SERVER_SOCKET))
        else { return 2 }
        cml_serve_quietly()
        let socket = MessageSocket(descriptor: Int32(CML_SERVER_SOCKET))
        let outcome = unsafe cml_become(user, group, arguments[2])
        if outcome == 0 { confine() }
        let greeting = outcome == 0 ? ActorAnswer.done : .fault(-outcome)
        guard (try? socket.send(greeting.bytes, waiting: true)) != nil else { return 2 }
        if outcome == 0 { serve(socket) }
        return outcome == 0 ? 0 : 1
    }
    /// Leaves the process the system calls that serving takes. A kernel without seccomp leaves it what the user may do.
    package static func confine() { _ = cml_seccomp_serve_disk() }
}
