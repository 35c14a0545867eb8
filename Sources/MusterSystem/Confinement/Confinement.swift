internal import CMusterLinux

/// What a process keeps of its rights when it has said what it needs: it gives up capabilities, files and ports (Landlock)
/// and system calls (seccomp) for good.
///
/// A kernel that lacks a part leaves that part open; ``ConfinementSupport`` tells which.
package struct Confinement: Sendable, Hashable {
    /// What a path, with all that is below it, is good for.
    package enum Reach: Sendable, Hashable {
        /// The names in a folder.
        case list
        case read
        /// Starting programs, and reading.
        case run
        /// Writing to a file that is there.
        case write
        /// Making, replacing and removing files in a folder.
        case replace
    }

    package struct Path: Sendable, Hashable {
        package var path: String
        package var reach: Reach

        package init(_ path: String, _ reach: Reach) {
            self.path = path
            self.reach = reach
        }
    }

    /// Nil: any file.
    package var paths: Set<Path>?
    /// Ports to connect to over TCP; nil: any.
    package var ports: Set<UInt16>?
    /// Whether sockets may be made: of IPv4, IPv6, and netlink's routes.
    package var usesNetwork: Bool
    /// Whether other programs may be started.
    package var startsPrograms: Bool
    package var capabilities: Capabilities

    package init(
        paths: Set<Path>?, ports: Set<UInt16>? = [], usesNetwork: Bool = false, startsPrograms: Bool = false,
        capabilities: Capabilities = []
    ) {
        self.paths = paths
        self.ports = ports
        self.usesNetwork = usesNetwork
        self.startsPrograms = startsPrograms
        self.capabilities = capabilities
    }

    /// Reading all the same, because the C library and the runtime come back to them: processes (the runtime looks at its
    /// threads by their own numbers, and ends the process where it cannot), the machine's cores, the time zone. Names, name
    /// servers and roots were read by then.
    private static var usual: [Path] {
        var paths = [
            "/proc", "/sys/devices/system/cpu", "/sys/fs/cgroup", "/dev/null", "/dev/urandom", "/usr/share/zoneinfo",
            "/etc/localtime",
        ]
        if let zones = Environment.variable("TZDIR") { paths.append(zones) }
        if let zone = Environment.variable("TZ").map({ $0.hasPrefix(":") ? String($0.dropFirst()) : $0 }),
            zone.hasPrefix("/")
        {
            paths.append(zone)
        }
        return paths.map { Path($0, .read) } + [Path("/dev/null", .write)]
    }

    /// Enforces it for this thread and all that are started later, and so for the whole process where it has no other.
    ///
    /// What the kernel refuses is left out: a run that could do less does not end for that.
    package func enforce() {
        // Before anything is written there for the last time: they look for their terminal, which is then out of reach.
        _ = (OutputFile.standardOutput, OutputFile.standardError)
        // Without it neither of the others is for everybody, and programs with the set-user-ID bit would undo them.
        guard cml_no_new_privileges() == 0 else { return }
        enforceLandlock()
        _ = cml_capabilities_keep(capabilities.rawValue)
        _ = cml_seccomp_refuse(
            cml_needs(programs: startsPrograms, internet: usesNetwork, files: replacesFiles))
    }

    /// Whether files are made, which are given the mode and the owner of those that they replace.
    private var replacesFiles: Bool { paths?.contains { $0.reach == .replace } ?? true }

    private func enforceLandlock() {
        let version = cml_landlock_abi()
        guard version > 0, paths != nil || version >= 4 else { return }
        // Whoever starts programs for a lab of his own listens as well.
        if startsPrograms, paths == nil { return }
        let set = cml_landlock_begin(version, paths != nil, ports != nil)
        guard set >= 0 else { return }
        defer { cml_close(set) }
        for path in paths.map({ Self.usual + $0 }) ?? [] {
            // What is not there needs no rule.
            _ = unsafe cml_landlock_path(set, version, path.path, path.reach.number)
        }
        for port in ports ?? [] { _ = cml_landlock_port(set, port) }
        _ = cml_landlock_enforce(set)
    }
}

extension Confinement.Reach {
    fileprivate var number: Int32 {
        switch self {
        case .list: Int32(CML_REACH_LIST)
        case .read: Int32(CML_REACH_READ)
        case .run: Int32(CML_REACH_RUN)
        case .write: Int32(CML_REACH_WRITE)
        case .replace: Int32(CML_REACH_REPLACE)
        }
    }
}
