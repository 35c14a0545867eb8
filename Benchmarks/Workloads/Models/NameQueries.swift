import CMusterLimits

/// Datagrams instead of connections.
enum NameQueries {
    static let assignment = Assignment(
        name: "dns", title: "DNS queries, answered at once (muster and c ask over shared sockets)", kind: LIM_WORK_DNS,
        server: .dns, timeout: 1000,
        items: 5000, itemCost: 22e-6)
}
