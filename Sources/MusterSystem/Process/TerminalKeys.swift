internal import CMusterLinux

/// Keys of the terminal that is standard input, as they are pressed. There is one terminal: at most one of these lives.
package final class TerminalKeys: Sendable {
    /// Bytes that are taken at once.
    private static let most = 64

    /// Has keys come without Enter and without echo until ``restore()``, at the latest until the process ends. Nil where
    /// standard input is no terminal, or is in use by another process in front of us.
    package init?() {
        guard cml_terminal_take_keys() == 1 else { return nil }
    }

    deinit { cml_terminal_restore() }

    /// What was pressed since it was last asked, as the terminal sends it (`ESC [ 6 ~` for Page Down); never waits.
    package func pressed() -> [UInt8] {
        // Invariant: `read` fills at most as many bytes as there is room for, and returns how many.
        unsafe [UInt8](unsafeUninitializedCapacity: Self.most) { buffer, count in
            count = unsafe buffer.baseAddress.map { unsafe max(0, cml_terminal_read_keys($0, Self.most)) } ?? 0
        }
    }

    /// The terminal as it was.
    package func restore() { cml_terminal_restore() }
}
