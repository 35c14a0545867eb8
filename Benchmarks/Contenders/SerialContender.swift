import CMusterLimits

/// One item after the other, in one thread.
enum SerialContender {
    static let contender = Contender(
        name: "serial", title: "one after the other", heart: .none, width: .one
    ) { ledger in
        for index in 0..<ledger.items { ledger.perform(index) }
    }
}
