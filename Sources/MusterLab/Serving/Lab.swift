package import MusterCore
import MusterSystem
import Synchronization

/// The lab is open: what it serves.
package struct LabReady: Sendable, Hashable {
    /// TCP ports, ascending.
    package var streamPorts: [UInt16]
    /// UDP ports, ascending.
    package var datagramPorts: [UInt16]
    package var targetCount: Int
    /// How many of the targets have a fault.
    package var plantedCount: Int
    /// The root that its certificates are to be judged by, in PEM.
    package var rootCertificatePEM: String
}

/// A fleet in one process: every host and check of an inventory on loopback, with the faults that the inventory plants.
///
/// Nothing outside of the machine reaches it, and it needs no privilege: one socket a port answers for all of
/// 127.0.0.0/8, bound to the loopback device, and behaves by the address that was asked.
package enum Lab {
    /// How many connections a port serves at once; further ones wait in the kernel's queue.
    static let connectionLimit = 8192
    /// How long a connection may stay without anything happening.
    static let idleLimit = Duration.seconds(30)
    /// How long a server that has said everything waits for the peer to end.
    static let endLimit = Duration.seconds(10)
    /// What ``LabFault/slow`` waits before it answers.
    static let pause = Duration.milliseconds(150)

    /// Serves an inventory on the current loop until the task is cancelled; `ready` is called once, when all is open.
    ///
    /// Errors: ``LabPlanFaults`` for an inventory that cannot be served, ``LabFailure`` where the system refuses a port.
    package static func run(
        _ inventory: Inventory, ready: @escaping @Sendable (LabReady) -> Void
    ) async throws {
        try await run(try LabPlan(inventory), ready: ready)
    }

    /// The same for a plan that is already made.
    package static func run(_ plan: LabPlan, ready: @escaping @Sendable (LabReady) -> Void) async throws {
        let fleet = try LabFleet(plan)
        let doors = fleet.doors
        let ready = { @Sendable in ready(LabReady(fleet, doors)) }
        guard !doors.isEmpty else {
            ready()
            await Reactor.sleep(until: .distantFuture)
            return
        }
        let opening = Opening(count: doors.count, ready)
        do {
            try await withThrowingDiscardingTaskGroup { group in
                for door in doors {
                    group.addTask { try await door.serve(fleet) { opening.openedOne() } }
                }
            }
        } catch let failure as LabFailure where failure == .cancelled {
            // Cancellation is how a lab ends.
        }
    }

    /// Calls `ready` when the last door is open.
    private final class Opening: Sendable {
        private let left: Atomic<Int>
        private let ready: @Sendable () -> Void

        init(count: Int, _ ready: @escaping @Sendable () -> Void) {
            left = Atomic(count)
            self.ready = ready
        }

        func openedOne() {
            if left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { ready() }
        }
    }
}

extension LabReady {
    fileprivate init(_ fleet: LabFleet, _ doors: [LabDoor]) {
        self.init(
            streamPorts: fleet.plan.streams.map(\.port),
            datagramPorts: Set(fleet.plan.datagramPorts + fleet.plan.datagramPorts6).sorted(),
            targetCount: fleet.plan.targetCount, plantedCount: fleet.plan.plantedCount,
            rootCertificatePEM: fleet.certificates.rootPEM)
    }
}
