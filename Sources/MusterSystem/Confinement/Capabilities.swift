internal import CMusterLinux

/// Rights of root (capabilities(7)).
package struct Capabilities: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Give files away.
    package static let changeOwner = Capabilities(rawValue: 1 << 0)
    /// Read and write whatever the modes say.
    package static let overrideModes = Capabilities(rawValue: 1 << 1)
    /// Read whatever the modes say.
    package static let readAll = Capabilities(rawValue: 1 << 2)
    /// Do with files of others what their owners may.
    package static let actAsOwner = Capabilities(rawValue: 1 << 3)
    /// Listen on ports below 1024.
    package static let bindLowPorts = Capabilities(rawValue: 1 << 10)

    /// Those that this thread may use.
    package static var held: Capabilities { Capabilities(rawValue: cml_capabilities()) }
}
