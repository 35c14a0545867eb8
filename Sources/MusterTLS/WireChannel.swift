import NIOCore
import NIOSSL
import NIOTLS

/// The smallest channel that NIOSSL's handler accepts: no socket, no timer, nothing put off. What the handler writes
/// and reads lands in the connection's state, and tearing down is synchronous.
///
/// Sendable only because `Channel` asks for it: like its loop, it is used on one thread.
final class WireChannel: Channel, ChannelCore, @unchecked Sendable {
    let state: TLSConnectionState
    let eventLoop: any EventLoop
    let allocator = ByteBufferAllocator()
    private(set) var isActive = true
    private var storedPipeline: ChannelPipeline?

    init(state: TLSConnectionState, eventLoop: any EventLoop) {
        self.state = state
        self.eventLoop = eventLoop
        self.storedPipeline = ChannelPipeline(channel: self)
    }

    var pipeline: ChannelPipeline {
        guard let storedPipeline else { preconditionFailure("a closed TLS connection has no pipeline") }
        return storedPipeline
    }

    /// The transport ended: the handler is told, and the channel stays until it is torn down.
    func transportEnded() {
        isActive = false
        pipeline.syncOperations.fireChannelInactive()
    }

    /// Removes the handlers, which breaks every reference cycle between them, the channel and BoringSSL.
    func tearDown() {
        isActive = false
        guard let pipeline = storedPipeline else { return }
        removeHandlers(pipeline: pipeline)
        storedPipeline = nil
    }

    var _channelCore: any ChannelCore { self }
    var closeFuture: EventLoopFuture<Void> { eventLoop.makeSucceededVoidFuture() }
    var localAddress: SocketAddress? { nil }
    var remoteAddress: SocketAddress? { nil }
    var parent: (any Channel)? { nil }
    var isWritable: Bool { true }
    var syncOptions: (any NIOSynchronousChannelOptions)? { WireOptions() }

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        state.queueOutbound(unwrapData(data, as: ByteBuffer.self))
        promise?.succeed(())
    }

    func channelRead0(_ data: NIOAny) {
        state.queuePlaintext(unwrapData(data, as: ByteBuffer.self))
    }

    func errorCaught0(error: any Error) {}

    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .all = mode { state.handlerClosed() }
        promise?.succeed(())
    }

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

/// Half-closure is allowed: the peer's close_notify ends its side only, and arms no timer.
private struct WireOptions: NIOSynchronousChannelOptions {
    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) throws {
        throw ChannelError.operationUnsupported
    }

    func getOption<Option: ChannelOption>(_ option: Option) throws -> Option.Value {
        guard let value = true as? Option.Value else { throw ChannelError.operationUnsupported }
        return value
    }
}

/// Sits behind the TLS handler and notes what it reports.
final class WireTap: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let state: TLSConnectionState

    init(state: TLSConnectionState) {
        self.state = state
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let negotiatedProtocol):
            state.handshakeCompleted(applicationProtocol: negotiatedProtocol)
        case ChannelEvent.inputClosed: state.peerClosedItsSide()
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        state.caught(error)
    }
}
