/// What an earlier run could not compress, on its way into the new rotation of its log.
enum LeftCompressions {
    /// A log, and the directory of its rotated logs.
    struct Key: Hashable {
        private let path: PathKey
        private let destination: PathKey

        init(_ intent: RotationIntent) {
            path = PathKey(intent.path)
            destination = PathKey(intent.destination)
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
