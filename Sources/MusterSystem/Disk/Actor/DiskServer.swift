/// The other side of an ``ActorDisk``: does what it is asked for on the file systems of this machine, one request after the
/// other, until nobody can ask any more.
package struct DiskServer {
    /// What a number stands for.
    private enum Handle {
        case directory(any DiskDirectory)
        case file(LinuxDiskFile)
    }

    /// A request of something that is not open, or under a number that is taken: whoever asks is none of ours.
    private struct Breach: Error {}

    private let disk = LinuxDisk()
    private var handles: [ActorRequest.Number: Handle] = [:]

    private init() {}

    /// Serves until the other side has ended or asks for what cannot be.
    static func serve(_ socket: MessageSocket) {
        var server = DiskServer()
        while true {
            // After any of these faults there is nothing to do but to end.
            guard let message = try? socket.receive(), let request = try? ActorRequest(message.bytes),
                (try? server.answer(request, on: socket)) != nil
            else { return }
        }
    }

    private mutating func answer(_ request: ActorRequest, on socket: MessageSocket) throws {
        do {
            switch request {
            case .listing(let number):
                for piece in ActorAnswer.pieces(of: try directory(number).listing()) {
                    try socket.send(piece.bytes, waiting: true)
                }
            case .create, .open:
                let file = try open(request)
                try socket.send(ActorAnswer.file.bytes, descriptor: file.descriptor, waiting: true)
            default:
                try socket.send(try perform(request).bytes, waiting: true)
            }
        } catch let fault as DiskFault {
            try socket.send(ActorAnswer.fault(fault.code).bytes, waiting: true)
        }
    }

    /// Requests whose answer is one message without a file.
    private mutating func perform(_ request: ActorRequest) throws -> ActorAnswer {
        switch request {
        case .openDirectory(let number, let path):
            try add(.directory(try disk.openDirectory(path)), as: number)
        case .makeDirectory(let path, let mode): try disk.makeDirectory(path, mode: mode)
        case .facts(let number): return .facts(try directory(number).facts())
        case .entryFacts(let number, let name): return .facts(try directory(number).facts(name))
        case .rename(let number, let name, let target, let other):
            try directory(number).rename(name, to: try directory(target), as: other)
        case .replace(let number, let name, let other): try directory(number).replace(name, with: other)
        case .remove(let number, let name): try directory(number).remove(name)
        case .synchronize(let number): try directory(number).synchronize()
        case .setMode, .setOwner, .setTimes: try set(request)
        case .release(let number):
            guard handles.removeValue(forKey: number) != nil else { throw Breach() }
        case .listing, .create, .open: throw Breach()
        }
        return .done
    }

    private mutating func open(_ request: ActorRequest) throws -> LinuxDiskFile {
        let (opened, number): (any DiskFile, ActorRequest.Number)
        switch request {
        case .create(let holder, let name, let file, let mode):
            (opened, number) = (try directory(holder).create(name, mode: mode), file)
        case .open(let holder, let name, let file, let forWriting):
            (opened, number) = (try directory(holder).open(name, forWriting: forWriting), file)
        default: throw Breach()
        }
        // This disk has no other files.
        guard let file = opened as? LinuxDiskFile else { throw Breach() }
        try add(.file(file), as: number)
        return file
    }

    private func set(_ request: ActorRequest) throws {
        switch request {
        case .setMode(let number, let mode):
            switch handles[number] {
            case .directory(let directory): try directory.setMode(mode)
            case .file(let file): try file.setMode(mode)
            case nil: throw Breach()
            }
        case .setOwner(let number, let user, let group):
            switch handles[number] {
            case .directory(let directory): try directory.setOwner(user: user, group: group)
            case .file(let file): try file.setOwner(user: user, group: group)
            case nil: throw Breach()
            }
        case .setTimes(let number, let access, let modification):
            guard case .file(let file) = handles[number] else { throw Breach() }
            try file.setTimes(access: access, modification: modification)
        default: throw Breach()
        }
    }

    private func directory(_ number: ActorRequest.Number) throws -> any DiskDirectory {
        guard case .directory(let directory) = handles[number] else { throw Breach() }
        return directory
    }

    private mutating func add(_ handle: Handle, as number: ActorRequest.Number) throws {
        guard handles.updateValue(handle, forKey: number) == nil else { throw Breach() }
    }
}
