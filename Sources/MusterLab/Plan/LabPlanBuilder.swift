import MusterCore
import MusterTLS
import MusterWire

/// Gathers what the targets of an inventory find, and notes where two of them cannot both be served.
struct LabPlanBuilder {
    /// What was planned for one address and port so far.
    private struct Draft {
        var site: Int32
        var leaf: Int32
        /// Whose it is, for the fault when another check wants something else.
        var check: String
    }

    /// A port on which some targets are refused.
    private struct Refusal {
        var location: String
        var host: String
    }

    /// The faults of one line and check are told once, not for each of its hosts.
    private final class Told {
        var keys: Set<String> = []
    }

    private let log: FaultLog
    private let told = Told()
    private var sites: [Site] = []
    private var siteIndices: [Site: Int32] = [:]
    private var routes: [Route] = []
    private var routeIndices: [Route: Int32] = [:]
    private var leaves: [LeafNames] = []
    private var ports: [UInt16: [IPAddress: Draft]] = [:]
    private var refusals: [UInt16: Refusal] = [:]
    private var names = NameTable()
    private var datagramPorts: Set<UInt16> = []
    private var datagramPorts6: Set<UInt16> = []

    init(log: FaultLog) { self.log = log }

    /// Notes what is wrong with a target, once for all hosts of its line.
    func note(_ code: InventoryFault.Code, _ target: LabTarget, _ hint: String) {
        guard told.keys.insert("\(target.location) \(target.check.name) \(code.rawValue)").inserted else { return }
        log.add(code, at: target.location, "check \"\(target.check.name)\": \(hint)")
    }

    /// The index of a route.
    mutating func route(_ route: Route) -> Int32 {
        if let known = routeIndices[route] { return known }
        routes.append(route)
        routeIndices[route] = Int32(routes.count - 1)
        return Int32(routes.count - 1)
    }

    /// Nothing may listen at an endpoint.
    mutating func refuse(at endpoint: Endpoint, for target: LabTarget) {
        guard isServable(endpoint.address, target) else { return }
        let refusal = Refusal(location: target.plantedAt ?? target.location, host: target.host.name)
        if refusals[endpoint.port] == nil { refusals[endpoint.port] = refusal }
    }

    /// A site has to answer at an endpoint, with a certificate for a name if one is given.
    mutating func serve(_ site: Site, at endpoint: Endpoint, leafFor name: String? = nil, for target: LabTarget) {
        guard isServable(endpoint.address, target) else { return }
        let draft = ports[endpoint.port]?[endpoint.address]
        var served = site
        if let draft {
            guard let merged = sites[Int(draft.site)].merged(with: site), !hasAmbiguousRoutes(merged) else {
                note(
                    .duplicate, target,
                    "wants something else of \(endpoint.text) (\(target.host.name)) than check \"\(draft.check)\"; "
                        + "give one of them a port of its own")
                return
            }
            served = merged
        }
        let leaf = name.map { self.leaf(for: $0, at: draft?.leaf ?? -1) } ?? draft?.leaf ?? -1
        ports[endpoint.port, default: [:]][endpoint.address] = Draft(
            site: index(of: served), leaf: leaf, check: draft?.check ?? target.check.name)
    }

    /// A name server has to answer a question at an endpoint.
    mutating func answer(
        _ question: DNSQuestion, with reply: NameReply, at server: Endpoint, overTCP: Bool, for target: LabTarget
    ) {
        guard isServable(server.address, target) else { return }
        guard names.add(question, at: server, reply) else {
            note(
                .duplicate, target,
                "another target expects another answer to \(question.name) from \(server.text); ask for different names"
            )
            return
        }
        if case .v4 = server.address { datagramPorts.insert(server.port) } else { datagramPorts6.insert(server.port) }
        if overTCP { serve(.names, at: server, for: target) }
    }

    /// The plan, unless anything was noted.
    func finish(targetCount: Int, plantedCount: Int) throws(LabPlanFaults) -> LabPlan {
        noteRefusals()
        let streams = ports.sorted { $0.key < $1.key }.map { stream($0.key, $0.value) }
        for stream in streams where !Steering(chosen: stream.blackHoles).isWithinLimit {
            log.add(
                .badValue, at: "lab.faults",
                "the black holes on port \(stream.port) lie too far apart for the kernel's filter "
                    + "(\(Steering.limit) intervals); plant them on hosts with neighbouring addresses")
        }
        guard log.faults.isEmpty else { throw LabPlanFaults(faults: log.faults) }
        return LabPlan(
            targetCount: targetCount, plantedCount: plantedCount, streams: streams,
            datagramPorts: datagramPorts.sorted(), datagramPorts6: datagramPorts6.sorted(), sites: sites,
            routes: routes, leaves: leaves, names: names)
    }

    private func noteRefusals() {
        for (port, refusal) in refusals.sorted(by: { $0.key < $1.key }) where ports[port] != nil {
            log.add(
                .badValue, at: refusal.location,
                "\(refusal.host) cannot refuse on port \(port), on which the lab serves other targets; "
                    + "give these hosts a port of their own, for example by a variable")
        }
    }

    private func stream(_ port: UInt16, _ drafts: [IPAddress: Draft]) -> StreamPort {
        var places: [UInt32: StreamPort.Place] = [:]
        var place6: StreamPort.Place?
        var blackHoles: [UInt32] = []
        var isBlackHole6 = false
        for (address, draft) in drafts {
            let place = StreamPort.Place(site: draft.site, leaf: draft.leaf)
            switch (address, sites[Int(draft.site)]) {
            case (.v4(let value), .blackHole): blackHoles.append(value)
            case (.v4(let value), _): places[value] = place
            case (.v6, .blackHole): isBlackHole6 = true
            case (.v6, _): place6 = place
            }
        }
        return StreamPort(
            port: port, places: places, place6: place6, blackHoles: blackHoles.sorted(), isBlackHole6: isBlackHole6)
    }

    private func isServable(_ address: IPAddress, _ target: LabTarget) -> Bool {
        if address.isLoopback { return true }
        note(
            .badValue, target,
            "the lab serves loopback addresses only (127.0.0.0/8 and ::1), not \(address.text) (\(target.host.name))")
        return false
    }

    /// Whether a site would have two answers to the same request.
    private func hasAmbiguousRoutes(_ site: Site) -> Bool {
        guard case .web(let indices, _) = site, indices.count > 1 else { return false }
        return Set(indices.map { routes[Int($0)].opening }).count < indices.count
    }

    private mutating func index(of site: Site) -> Int32 {
        if let known = siteIndices[site] { return known }
        sites.append(site)
        siteIndices[site] = Int32(sites.count - 1)
        return Int32(sites.count - 1)
    }

    /// The certificate that a place has, now for one more name; the last one begun where it has none.
    private mutating func leaf(for name: String, at known: Int32) -> Int32 {
        var leaf = Int(known)
        if leaf < 0 {
            if leaves.last.map({ $0.count >= LeafNames.crowd }) ?? true { leaves.append(LeafNames()) }
            leaf = leaves.count - 1
        }
        switch IPAddress(text: name) {
        case nil:
            if !leaves[leaf].dnsNames.contains(name) { leaves[leaf].dnsNames.append(name) }
        case .v4(let value)?:
            add(address: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }, to: leaf)
        case .v6(let high, let low)?:
            let shifts: [UInt64] = [56, 48, 40, 32, 24, 16, 8, 0]
            let octets = [high, low].flatMap { half in shifts.map { UInt8(truncatingIfNeeded: half >> $0) } }
            add(address: octets, to: leaf)
        }
        return Int32(leaf)
    }

    private mutating func add(address: [UInt8], to leaf: Int) {
        if !leaves[leaf].addresses.contains(address) { leaves[leaf].addresses.append(address) }
    }
}
