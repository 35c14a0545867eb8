/// What this machine's name servers did in a run, so that what they failed at is told once and not by each host.
package struct ResolverAccount: Sendable, Hashable {
    /// One name server.
    package struct Server: Sendable, Hashable {
        /// `127.0.0.53`, with its port where that is not 53.
        package var address: String
        /// Queries that were sent to it.
        package var queries: Int
        /// Those of them that it did not answer in time.
        package var unanswered: Int
        /// Those that it could not look up (SERVFAIL).
        package var servFail: Int
        /// Those that it would not look up (REFUSED, NOTIMP).
        package var refused: Int

        package init(address: String, queries: Int, unanswered: Int = 0, servFail: Int = 0, refused: Int = 0) {
            self.address = address
            self.queries = queries
            self.unanswered = unanswered
            self.servFail = servFail
            self.refused = refused
        }
    }

    /// Those that were asked, in the order of the configuration.
    package var servers: [Server]

    package init(servers: [Server]) { self.servers = servers }

    /// Whether more than one query in twenty failed.
    package var isNotable: Bool {
        let failed = servers.reduce(0) { $0 + $1.unanswered + $1.servFail + $1.refused }
        return failed > 0 && failed * 20 > servers.reduce(0) { $0 + $1.queries }
    }
}
