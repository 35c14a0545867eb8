/// A stream whose kind depends on its first bytes, which are waited for when it is first read: a pipe that may hold
/// compressed data.
package final class DeferredStream: ByteStream {
    /// Makes the stream that reads on from the beginning, knowing how it begins.
    package typealias Choice = (_ head: [UInt8], _ input: FileStream) throws(FileFault) -> any ByteStream

    private let input: FileStream
    private let headCount: Int
    private let choose: Choice
    private var chosen: (any ByteStream)?

    /// `choose` is called once, with up to `headCount` bytes.
    package init(_ input: FileStream, headCount: Int, choose: @escaping Choice) {
        self.input = input
        self.headCount = headCount
        self.choose = choose
    }

    package var consumed: Int64 { input.consumed }
    package var note: String? { chosen?.note }

    package func read(
        into buffer: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool
    ) throws(StreamFault) -> Int {
        try unsafe stream(isCancelled).read(into: buffer, isCancelled: isCancelled)
    }

    private func stream(_ isCancelled: () -> Bool) throws(StreamFault) -> any ByteStream {
        if let chosen { return chosen }
        let head = try input.peek(headCount, isCancelled: isCancelled)
        do throws(FileFault) {
            let stream = try choose(head, input)
            chosen = stream
            return stream
        } catch {
            throw .failed(error)
        }
    }
}
