internal import CMusterLinux

/// What the running kernel can hold a process to.
package struct ConfinementSupport: Sendable, Hashable {
    /// Landlock's version; 0: none.
    package var landlock: Int
    package var seccomp: Bool

    package init(landlock: Int, seccomp: Bool) {
        self.landlock = landlock
        self.seccomp = seccomp
    }

    package static var ofKernel: ConfinementSupport {
        ConfinementSupport(landlock: Int(cml_landlock_abi()), seccomp: cml_seccomp_is_known())
    }

    /// A line a part, for people.
    package var lines: [String] {
        let rules =
            switch landlock {
            case ...0: "no (the kernel has none, or it is switched off: files and ports are not confined)"
            case 1...3: "ABI \(landlock) (files; no network rules)"
            case 4...5: "ABI \(landlock) (files, TCP ports)"
            default: "ABI \(landlock) (files, TCP ports, signals)"
            }
        return [
            "landlock: \(rules)", "seccomp: \(seccomp ? "yes" : "no (system calls are not refused)")",
        ]
    }
}
