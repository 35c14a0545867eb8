package import MusterCore
package import MusterText

extension Ink {
    /// The tone of a kind of verdict wherever one is named.
    package static func tone(_ kind: Verdict.Kind) -> Tone {
        switch kind {
        case .up: .boldGreen
        case .degraded: .boldYellow
        case .down: .boldRed
        case .unknown: .boldYellow
        }
    }
}
