import CMusterLimits

/// A request and its response, parsed.
enum PageRequests {
    static let assignment = Assignment(
        name: "http", title: "HTTP probes, answered at once", kind: LIM_WORK_HTTP, server: .http, isForPrograms: true,
        items: 1500,
        itemCost: 50e-6)
}
