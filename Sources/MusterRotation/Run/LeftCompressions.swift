/// What could not be compressed, by an earlier run or in an earlier turn, on its way into the next rotation of its log.
enum LeftCompressions {
    /// The directory of rotated logs, and the name that they begin with: logs of one name share them in one `olddir`.
    struct Key: Hashable {
        private let name: PathKey
        private let destination: PathKey

        init(_ intent: RotationIntent) {
            name = PathKey(intent.name)
            destination = PathKey(intent.destination)
        }
    }

    /// What some works could not compress.
    ///
    /// - Parameter isBefore: Whether nothing was tried again yet.
    static func left(of works: [StanzaWork], isBefore: Bool = false) -> [Key: [RotationStep]] {
        var left: [Key: [RotationStep]] = [:]
        for log in works.lazy.flatMap(\.logs) {
            guard let intent = isBefore && log.isRetry ? log.intent : log.leftIntent else { continue }
            left[Key(intent), default: []] += intent.steps
        }
        return left
    }

    /// Has earlier works forget what new rotations have taken over.
    static func supersede(_ rotated: [StanzaWork], in earlier: [StanzaWork]) {
        let keys = Set(
            rotated.lazy.flatMap(\.logs).filter { $0.standing != .dropped && $0.intent.rotates }.map { Key($0.intent) })
        for log in earlier.lazy.flatMap(\.logs) {
            if let left = log.leftIntent, keys.contains(Key(left)) { log.supersede() }
        }
    }

    /// Numbers of files that are not whole yet begin here: those of other steps are their places in the list.
    private static let firstTemporary = 1 << 20

    /// Adds steps for those that stay, under the names that the rotation gives them.
    static func adding(_ left: [RotationStep], to steps: [RotationStep]) -> [RotationStep] {
        var steps = steps
        for case .recompress(let from, let to, let identity, _) in left {
            var name = from
            for case .shift(from, to: let next, identity) in steps { name = next }
            let isDone = steps.contains { step in
                switch step {
                case .remove(name, _, _), .compress(from: name, _): true
                case .recompress(_, _, identity, _): true
                default: false
                }
            }
            if isDone { continue }
            let place = steps.firstIndex { if case .remove = $0 { true } else { false } } ?? steps.endIndex
            let step = RotationStep.recompress(
                from: name, to: name + to.dropFirst(from.count), identity, temporary: firstTemporary + place)
            steps.insert(step, at: place)
        }
        return steps
    }
}
