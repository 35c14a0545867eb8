import NIOCore
import NIOEmbedded
import NIOSSL
import NIOTLS

/// The least that NIOSSL's handler takes for a channel: what it writes and reads lands here.
///
/// Sendable only because `Channel` asks for it; one thread uses it.
final class BareChannel: Channel, ChannelCore, @unchecked Sendable {
    var outbound = ByteBuffer()
    var plaintext = ByteBuffer()
    var isEstablished = false
    var hasFailed = false
    let eventLoop: any EventLoop
    let allocator = ByteBufferAllocator()
    private(set) var isActive = true
    private var storedPipeline: ChannelPipeline?

    init(_ handler: NIOSSLClientHandler, _ loop: EmbeddedEventLoop) {
        eventLoop = loop
        let pipeline = ChannelPipeline(channel: self)
        storedPipeline = pipeline
        do {
            try pipeline.syncOperations.addHandlers([handler, BareTap(self)])
        } catch {
            preconditionFailure("a new pipeline refused its handlers: \(error)")
        }
    }

    func activate() { pipeline.syncOperations.fireChannelActive() }

    func receive(_ bytes: UnsafeRawBufferPointer) {
        var buffer = allocator.buffer(capacity: bytes.count)
        unsafe buffer.writeBytes(bytes)
        pipeline.syncOperations.fireChannelRead(NIOAny(buffer))
        pipeline.syncOperations.fireChannelReadComplete()
    }

    func send(_ bytes: [UInt8]) {
        pipeline.syncOperations.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
    }

    func tearDown() {
        isActive = false
        guard let pipeline = storedPipeline else { return }
        removeHandlers(pipeline: pipeline)
        storedPipeline = nil
    }

    var pipeline: ChannelPipeline {
        guard let storedPipeline else { preconditionFailure("a closed channel has no pipeline") }
        return storedPipeline
    }

    var _channelCore: any ChannelCore { self }
    var closeFuture: EventLoopFuture<Void> { eventLoop.makeSucceededVoidFuture() }
    var localAddress: SocketAddress? { nil }
    var remoteAddress: SocketAddress? { nil }
    var parent: (any Channel)? { nil }
    var isWritable: Bool { true }
    var syncOptions: (any NIOSynchronousChannelOptions)? { BareOptions() }

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        var piece = unwrapData(data, as: ByteBuffer.self)
        if outbound.readableBytes == 0 { outbound = piece } else { outbound.writeBuffer(&piece) }
        promise?.succeed(())
    }

    func channelRead0(_ data: NIOAny) {
        var piece = unwrapData(data, as: ByteBuffer.self)
        if plaintext.readableBytes == 0 { plaintext = piece } else { plaintext.writeBuffer(&piece) }
    }

    func errorCaught0(error: any Error) {}
    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) { promise?.succeed(()) }
    func localAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }
    func remoteAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }
    func register0(promise: EventLoopPromise<Void>?) { promise?.succeed(()) }
    func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) { promise?.succeed(()) }
    func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) { promise?.succeed(()) }
    func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) { promise?.succeed(()) }
    func flush0() {}
    func read0() {}

    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
}

/// Half-closure is allowed, so that the peer's farewell arms no timer.
private struct BareOptions: NIOSynchronousChannelOptions {
    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) throws {
        throw ChannelError.operationUnsupported
    }

    func getOption<Option: ChannelOption>(_ option: Option) throws -> Option.Value {
        guard let value = true as? Option.Value else { throw ChannelError.operationUnsupported }
        return value
    }
}

/// Sits behind the TLS handler and notes what it reports.
private final class BareTap: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private unowned let channel: BareChannel

    init(_ channel: BareChannel) { self.channel = channel }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { channel.isEstablished = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { channel.hasFailed = true }
}
