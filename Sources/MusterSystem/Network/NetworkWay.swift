internal import CMusterLinux
package import MusterCore

/// What the kernel knows of the way to an address: its route, the link it leaves by and the gateway's neighbour entry.
package struct NetworkWay: Hashable, Sendable {
    /// What is wrong on our own side, where anything is.
    package enum Trouble: Hashable, Sendable {
        /// No route, or one that says unreachable, prohibit or blackhole.
        case noRoute
        case linkDown(String)
        case noCarrier(String)
        /// The gateway does not answer on our link (its neighbour entry is FAILED or INCOMPLETE).
        case silentGateway(IPAddress)

        package var text: String {
            switch self {
            case .noRoute: "no route"
            case .linkDown(let name): "\(name) is down"
            case .noCarrier(let name): "\(name) has no carrier"
            case .silentGateway(let address): "gateway \(address.text) does not answer on the link"
            }
        }
    }

    /// Whether the address is one of this machine.
    package var isOwn: Bool
    /// Nil where the address lies on a link of ours.
    package var gateway: IPAddress?
    package var trouble: Trouble?

    /// Asks the kernel, without waiting; nil where it does not tell.
    package static func to(_ address: IPAddress) -> NetworkWay? {
        var destination = Endpoint(address, port: 0).raw
        var raw = cml_way()
        guard unsafe cml_way_to(&destination, &raw) == 0 else { return nil }
        let gateway = raw.has_gateway ? Endpoint(raw.gateway).address : nil
        return NetworkWay(isOwn: raw.is_local, gateway: gateway, trouble: trouble(raw, gateway))
    }

    private static func trouble(_ raw: cml_way, _ gateway: IPAddress?) -> Trouble? {
        if raw.error != 0 { return .noRoute }
        if raw.is_local { return nil }
        if !raw.is_up { return .linkDown(name(raw)) }
        if !raw.has_carrier { return .noCarrier(name(raw)) }
        return gateway.flatMap { raw.is_gateway_silent ? .silentGateway($0) : nil }
    }

    private static func name(_ raw: cml_way) -> String {
        let name = raw.name
        let bytes = unsafe withUnsafeBytes(of: name) { unsafe Array($0.prefix { $0 != 0 }) }
        return bytes.isEmpty ? "interface \(raw.interface)" : String(decoding: bytes, as: UTF8.self)
    }
}

/// What changes in this machine's network: links, addresses, routes and neighbours (rtnetlink(7)).
package enum NetworkChanges {
    /// Waits on the current loop for the next change, at most until the deadline; false where the task was cancelled.
    package static func wait(until deadline: Instant) async -> Bool {
        guard let loop = Reactor.current else { preconditionFailure("waiting for changes needs a loop") }
        let descriptor = cml_network_changes()
        // Where the kernel does not tell of changes, time has to do.
        guard descriptor >= 0, let slot = try? loop.adopt(descriptor) else {
            return await Reactor.sleep(until: deadline)
        }
        let generation = loop.generation(slot)
        let wake = await withTaskCancellationHandler {
            await loop.wait(slot, for: .readable, until: deadline)
        } onCancel: {
            loop.cancel(slot, generation: generation)
        }
        loop.emptySlot(slot)
        return wake != .cancelled
    }
}
