import Foundation
import Glibc

@testable import MusterSystem

extension ActorDisk {
    /// A disk whose server is a thread of this process, with our rights; it ends with the disk.
    static func onThread() throws -> ActorDisk {
        try facing { DiskServer.serve($0) }
    }

    /// A disk whose server is whatever has the other end.
    static func facing(_ server: @escaping @Sendable (MessageSocket) -> Void) throws -> ActorDisk {
        let (near, far) = try MessageSocket.pair()
        Thread.detachNewThread { server(far) }
        return ActorDisk(socket: near, user: geteuid())
    }

    /// A server that gives these answers, whatever it is asked, and ends with the last one's question.
    static func answering(_ answers: [[UInt8]], descriptor: Int32 = -1) throws -> ActorDisk {
        try facing { socket in
            for answer in answers {
                guard (try? socket.receive()) != nil,
                    (try? socket.send(answer, descriptor: descriptor, waiting: true)) != nil
                else { return }
            }
        }
    }
}

/// The program that is a disk server and nothing else.
enum ServerProgram {
    /// In the products' folder, where the tests' own executable lies as well.
    static let path: String = {
        let folders = (["/proc/self/exe"] + CommandLine.arguments).map {
            URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent()
        }
        let candidates = folders.map { $0.appendingPathComponent("muster-disk-server").path }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
    }()
}
