#if DEBUG
    import MusterSystem

    /// What a trial of the confinement found, on standard error: for the tests of debug builds.
    enum ConfinementReport {
        /// From this thread, from those that all tasks share, from a loop and from a worker: what differs between them is told
        /// each.
        static func write() async {
            guard ConfinementTrial.isAsked else { return }
            var found = Set(ConfinementTrial.outcomes())
            await withTaskGroup(of: [String].self) { group in
                // More than there are threads for tasks here, so that each of these runs one.
                for _ in 0..<8 { group.addTask { ConfinementTrial.outcomes() } }
                for await outcomes in group { found.formUnion(outcomes) }
            }
            let elsewhere = try? await Reactor.withLoops(1) { loops in
                try await WorkerPool.withPool(1) { pool in
                    let worked = try await pool.run { ConfinementTrial.outcomes() }
                    return await withTaskGroup(of: [String].self) { group in
                        group.addTask(executorPreference: loops[0]) { ConfinementTrial.outcomes() }
                        return await group.reduce(worked) { $0 + $1 }
                    }
                }
            }
            found.formUnion(elsewhere ?? ["no loop and no worker"])
            let lines = found.sorted() + ConfinementTrial.threads().map { "thread: \($0)" }
            for line in lines { Complaint.write("trial: " + line, to: .standardError) }
        }
    }
#endif
