package import MusterSystem

/// How a file is compressed, told by its first bytes and never by its name.
package struct Compression: Hashable, Sendable {
    /// For people: `gzip`.
    package var name: String
    /// What every such file begins with.
    package var magic: [UInt8]
    /// The program that decompresses it with `-dc`; nil where that is built in, or nothing is to be done.
    package var program: String?
    /// Ends of names that mean it, for the order of rotated logs.
    package var suffixes: [String]

    package static let none = Compression(name: "none", magic: [], program: nil, suffixes: [])
    package static let gzip = Compression(name: "gzip", magic: [0x1f, 0x8b, 8], program: nil, suffixes: [".gz"])

    /// What is recognised, a line each.
    package static let all = [
        gzip,
        Compression(name: "zstd", magic: [0x28, 0xb5, 0x2f, 0xfd], program: "zstd", suffixes: [".zst", ".zstd"]),
        Compression(name: "xz", magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], program: "xz", suffixes: [".xz"]),
        Compression(name: "bzip2", magic: [0x42, 0x5a, 0x68], program: "bzip2", suffixes: [".bz2"]),
    ]

    /// Bytes that suffice to recognise any.
    package static let magicCount = 6

    /// How data that begins like this is compressed.
    package static func recognised(_ head: [UInt8]) -> Compression {
        all.first { head.starts(with: $0.magic) } ?? none
    }

    /// The decompressed text of a file. Errors: it cannot be opened or is another than was `expected`, or the program is not
    /// installed.
    package func stream(
        _ path: String, expecting expected: FileIdentity? = nil
    ) throws(FileFault) -> any ByteStream {
        if let program {
            return try ProgramStream(path, expecting: expected, program: program, arguments: ["-dc"])
        }
        let input = try FileStream.open(path, expecting: expected)
        return self == .gzip ? try GzipStream(input) : input
    }
}
