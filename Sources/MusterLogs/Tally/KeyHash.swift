/// Hashes of keys: 64 bits by multiplication and folding, 16 bytes a step, in the manner of wyhash.
///
/// Keys come from whoever can send a request, so tables hash with a seed that is drawn for each run: nobody can choose
/// keys that collide. Sketches that are to be joined with those of other runs use ``stable``.
struct KeyHash: Sendable, Equatable {
    private let seed: UInt64
    /// What every word of a key is mixed with before it is multiplied. It must not be known: a word that equals it makes the
    /// product 0, whatever else is in the key.
    private let secret: UInt64

    init(seed: UInt64) {
        self.seed = seed &* 0xd6e8_feb8_6659_fd93 ^ 0xa076_1d64_78bd_642f
        secret = Self.fold(seed ^ 0x8ebc_6af0_9c88_c6e3, 0x5899_65cc_7537_4cc3) ^ Self.factor
    }

    /// The same in every run.
    static let stable = KeyHash(seed: 0)

    /// Invariant for the caller: `count` bytes and the padding of a ``Chunk`` may be read.
    @inline(__always)
    func callAsFunction(_ start: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        var a: UInt64 = 0
        var b: UInt64 = 0
        var state = seed
        if _fastPath(count <= 16) {
            if count >= 4 {
                let middle = (count &>> 3) &<< 2
                a = unsafe half(start) &<< 32 | half(start + middle)
                b = unsafe half(start + (count &- 4)) &<< 32 | half(start + (count &- 4 &- middle))
            } else if count > 0 {
                a = unsafe UInt64(start[0]) &<< 16 | UInt64(start[count &>> 1]) &<< 8 | UInt64(start[count &- 1])
            }
        } else {
            var at = unsafe start
            var rest = count
            while rest > 16 {
                state = unsafe Self.fold(ByteScan.load64(at) ^ secret, ByteScan.load64(at + 8) ^ state)
                unsafe at += 16
                rest &-= 16
            }
            // The last 16 bytes, some of them for the second time.
            a = unsafe ByteScan.load64(at + (rest &- 16))
            b = unsafe ByteScan.load64(at + (rest &- 8))
        }
        return Self.fold(Self.factor ^ UInt64(truncatingIfNeeded: count), Self.fold(a ^ secret, b ^ state))
    }

    private static let factor: UInt64 = 0xe703_7ed1_a0b4_28db

    @inline(__always)
    private func half(_ start: UnsafePointer<UInt8>) -> UInt64 { unsafe UInt64(ByteScan.load32(start)) }

    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.low ^ product.high
    }
}
