extension Confinement {
    /// Where the dynamic linker and what programs load lie.
    private static let libraries = [
        "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/nix/store",
        "/gnu/store",
    ]
    private static let folders = ["/bin", "/sbin", "/usr", "/opt"]

    /// Lets a program of `PATH` be started. One that is a script may start others of the system's.
    package mutating func allowProgram(_ name: String) {
        startsPrograms = true
        guard let executable = ProgramStream.find(name) else { return }
        paths?.insert(Path(executable, .run))
        for folder in Self.libraries { paths?.insert(Path(folder, .run)) }
        // Where it is installed with libraries of its own, as below /opt or in a home.
        if let place = RealPath.of(executable) {
            let prefix = OutputPath.folder(of: OutputPath.folder(of: place))
            for name in ["lib", "lib64"] { paths?.insert(Path("\(prefix)/\(name)", .read)) }
        }
        for path in ["/etc/ld.so.cache", "/etc/ld.so.preload"] { paths?.insert(Path(path, .read)) }
        for folder in (Environment.variable("LD_LIBRARY_PATH") ?? "").split(separator: ":") {
            paths?.insert(Path(String(folder), .read))
        }
        let head = try? InputFile.open(executable).bytes(at: 0, count: 2)
        guard head != Array("\u{7f}E".utf8) else { return }
        for folder in Self.folders { paths?.insert(Path(folder, .run)) }
    }
}
