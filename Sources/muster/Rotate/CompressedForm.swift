import MusterRotation
import MusterSystem

/// What the files of well-known compressors begin with. Such a program can end with 0 and have written something else: `xz -V`
/// its version, others their help.
enum CompressedForm {
    private static let programs: Set = [
        "gzip", "pigz", "zopfli", "bzip2", "pbzip2", "lbzip2", "xz", "pixz", "lzma", "zstd", "pzstd", "zstdmt", "lz4",
        "lzip",
        "compress", "7z", "7za", "7zr",
    ]

    /// Of gzip, compress, bzip2, xz, lzma, Zstandard, LZ4 (and its older form), lzip and 7z; programs write each other's.
    private static let beginnings: [[UInt8]] = [
        [0x1f, 0x8b], [0x1f, 0x9d], Array("BZh".utf8), [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], [0x5d, 0x00, 0x00],
        [0x28, 0xb5, 0x2f, 0xfd], [0x04, 0x22, 0x4d, 0x18], [0x02, 0x21, 0x4c, 0x18], Array("LZIP".utf8),
        [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
    ]

    /// Whether a program may have compressed a log to this file: nobody knows of programs that are not well known. Errors: it
    /// cannot be read.
    static func mayBe(_ file: any DiskFile, by command: String) throws(DiskFault) -> Bool {
        guard programs.contains(command.split(separator: "/").last.map(String.init) ?? "") else { return true }
        let bytes = try file.beginning(6)
        // A frame of Zstandard or LZ4 to be skipped has one of 16 first bytes.
        let isSkipped = bytes.count > 3 && bytes[0] & 0xf0 == 0x50 && bytes[1...3].elementsEqual([0x2a, 0x4d, 0x18])
        return isSkipped || beginnings.contains { bytes.starts(with: $0) }
    }
}
