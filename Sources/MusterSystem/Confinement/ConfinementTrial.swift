#if DEBUG
    internal import CMusterLinux
    internal import Glibc

    /// What a confined process is refused, tried in it: in debug builds only, for the tests, which ask for it by the variable
    /// `MUSTER_TRIAL`.
    package enum ConfinementTrial {
        /// The variable: what to open for reading (`r:PATH`) and for writing (`w:PATH`), and ports of loopback to connect to
        /// (`c:PORT`), a file of ours to try all else with (`b:PATH`), separated by blanks.
        package static let variable = "MUSTER_TRIAL"

        package static var isAsked: Bool { Environment.variable(variable) != nil }

        /// Each trial with the name of its error, `-` for none, from the calling thread: `open:/etc/shadow=EACCES`.
        package static func outcomes() -> [String] {
            (opened + called + bypasses + sockets).map { "\($0)=\(errorName($1))" }
        }

        /// What the system says of each thread of the process: `NoNewPrivs`, `Seccomp` and `CapEff` of its status.
        package static func threads() -> [String] {
            ((try? FileNames.inFolder("/proc/self/task")) ?? []).map { task in
                let status = (try? FileReading.text("/proc/self/task/\(task)/status")) ?? ""
                let facts = status.split(separator: "\n").filter { line in
                    ["NoNewPrivs:", "Seccomp:", "CapEff:", "CapBnd:"].contains { line.hasPrefix($0) }
                }
                return facts.map { $0.replacing("\t", with: "") }.joined(separator: " ")
            }
        }

        private static var words: [(kind: Substring, value: String)] {
            (Environment.variable(variable) ?? "").split(separator: " ").compactMap { word in
                word.contains(":") ? (word.prefix(1), String(word.dropFirst(2))) : nil
            }
        }

        private static var opened: [(String, Int32)] {
            words.compactMap { kind, value in
                switch kind {
                case "r": return ("open:\(value)", unsafe cml_trial_open(value, false))
                case "w": return ("write:\(value)", unsafe cml_trial_open(value, true))
                case "c": return ("connect:\(value)", connect(UInt16(value) ?? 0))
                default: return nil
                }
            }
        }

        private static func connect(_ port: UInt16) -> Int32 {
            let descriptor = cml_socket(false, true)
            guard descriptor >= 0 else { return -descriptor }
            defer { cml_close(descriptor) }
            return -cml_connect(descriptor, false, 0, 0x7f00_0001, port)
        }

        private static var called: [(String, Int32)] {
            var outcomes: [(String, Int32)] = []
            var child = pid_t()
            var words: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("true"), nil]
            defer { unsafe free(words[0]) }
            // Invariant: the words end with nil and outlive the call.
            let outcome = unsafe posix_spawn(&child, "/bin/true", nil, nil, &words, nil)
            outcomes.append(("exec", outcome))
            var index: Int32 = 0
            var name: UnsafePointer<CChar>?
            while case let error = unsafe cml_trial_call(index, &name), error >= 0 {
                // Invariant: the name is a literal.
                unsafe outcomes.append((name.map { unsafe String(cString: $0) } ?? "", error))
                index += 1
            }
            outcomes.append(("writable-code", cml_trial_memory()))
            return outcomes
        }

        private static var bypasses: [(String, Int32)] {
            var outcomes: [(String, Int32)] = []
            for word in words where word.kind == "b" {
                var index: Int32 = 0
                var name: UnsafePointer<CChar>?
                while case let error = unsafe cml_trial_bypass(index, word.value, &name), error >= 0 {
                    // Invariant: the name is a literal.
                    unsafe outcomes.append((name.map { unsafe String(cString: $0) } ?? "", error))
                    index += 1
                }
            }
            return outcomes
        }

        private static var sockets: [(String, Int32)] {
            let (stream, datagram, raw): (Int32, Int32, Int32) = (1, 2, 3)
            let kinds: [(name: String, family: Int32, type: Int32, protocol: Int32)] = [
                ("unix", AF_UNIX, stream, 0), ("packet", AF_PACKET, datagram, 0), ("netfilter", AF_NETLINK, raw, 12),
                ("mptcp", AF_INET, stream, 262), ("mptcp6", AF_INET6, stream, 262), ("sctp", AF_INET, stream, 132),
                ("udplite", AF_INET, datagram, 136), ("ping", AF_INET, datagram, 1), ("dccp", AF_INET, 6, 0),
                ("tcp", AF_INET, stream, 6), ("udp", AF_INET6, datagram, 17),
                ("ipv4", AF_INET, stream, 0), ("ipv6", AF_INET6, datagram, 0), ("route", AF_NETLINK, raw, 0),
            ]
            return kinds.map { ("socket:\($0.name)", cml_trial_socket($0.family, $0.type, $0.protocol)) }
        }

        private static func errorName(_ number: Int32) -> String {
            switch number {
            case 0: "-"
            case EPERM: "EPERM"
            case EACCES: "EACCES"
            case ENOENT: "ENOENT"
            case ENOSYS: "ENOSYS"
            case EINPROGRESS: "EINPROGRESS"
            case ECONNREFUSED: "ECONNREFUSED"
            default: "\(number)"
            }
        }
    }
#endif
