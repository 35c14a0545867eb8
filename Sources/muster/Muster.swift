import ArgumentParser
import Glibc
import MusterCore
import MusterSystem
import MusterText

/// The command line: it wires the floors together and holds no logic of its own.
@main
struct Muster: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "muster",
        abstract: "Calls the roll of a fleet: who is up, who is down, and why.",
        discussion: """
            Exit status: 0 all up, 1 some down or degraded, 2 wrong usage, a fault, or targets that could not be judged.
            --version --verbose tells also what the kernel confines commands to (docs/hardening.md).
            """,
        version: Version.text,
        subcommands: [
            CheckCommand.self, ProbeCommand.self, LabCommand.self, ReasonsCommand.self, LogsCommand.self,
            RunCommand.self,
        ])

    static func main() async {
        // First of all, so that no file and no socket of ours gets the number of one that is closed.
        StandardDescriptors.hold()
        if let missing = Footing.missing(loops: 2 * ResourceLimits.cores) { end(Complaint(missing)) }
        let words = CommandLine.arguments
        // A child of our own, not to be told from the outside: it works on a disk for a run that needs another user's rights.
        if words.count > 1, words[1] == DiskServer.word {
            Glibc.exit(DiskServer.run(arguments: Array(words.dropFirst(2))))
        }
        if Set(words.dropFirst()) == ["--version", "--verbose"] { return tellVersion() }
        do {
            var command = try parse(CalledName.arguments(words))
            if let command = command as? any ConfinedCommand {
                try await perform(try command.prepare())
            } else if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(error)
        }
    }

    /// The version, and what the running kernel can confine commands to.
    private static func tellVersion() {
        let lines = [Version.text] + ConfinementSupport.ofKernel.lines
        Complaint.write(lines.joined(separator: "\n"), to: .standardOutput)
    }

    /// Errors: those of the parser, without characters of the arguments that a terminal would obey.
    private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
        do {
            return try parseAsRoot(arguments)
        } catch {
            let shown = arguments.map { TerminalText.safe($0) }
            // Where the words are right when spelled out, the first error stands; its lines are made safe when told.
            if shown != arguments { _ = try parseAsRoot(shown) }
            throw error
        }
    }

    private static func perform(_ work: () async throws -> Void) async throws {
        #if DEBUG
            do {
                try await work()
            } catch {
                await ConfinementReport.write()
                throw error
            }
            await ConfinementReport.write()
        #else
            try await work()
        #endif
    }

    /// Ends the process as the error asks: help on standard output, complaints on standard error with status 2.
    private static func end(_ error: any Error) -> Never {
        if let status = error as? ExitCode { Glibc.exit(status.rawValue) }
        if let complaint = error as? Complaint {
            complaint.print()
            Glibc.exit(2)
        }
        if let fault = error as? SocketFault {
            Complaint("the system does not give what event loops need (memory, threads, descriptors): \(fault)").print()
            Glibc.exit(2)
        }
        let isHelp = exitCode(for: error) == .success
        let text = CalledName.text(fullMessage(for: error), calledBy: CommandLine.arguments.first ?? "")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { TerminalText.safe(String($0)) }
        let shown = lines.joined(separator: "\n")
        Complaint.write(
            isHelp ? shown : "muster: " + shown.drop(prefix: "Error: "), to: isHelp ? .standardOutput : .standardError)
        Glibc.exit(isHelp ? 0 : 2)
    }
}

extension String {
    fileprivate func drop(prefix: String) -> Substring { hasPrefix(prefix) ? dropFirst(prefix.count) : self[...] }
}
