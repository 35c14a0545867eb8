/// How a contender is drawn: colour, dash and shape of its points together tell it apart, so that it can also be found
/// without colours.
struct SeriesStyle: Sendable, Hashable {
    /// The class of its lines and points.
    let kind: String
    /// Its point, around 0, in pixels.
    let shape: String

    /// Styles for contenders in their order. Muster's engine and the limit always look the same; with more than
    /// ``modelCount`` models or ``externalCount`` programs the styles begin again.
    static func of(_ contenders: [ModelContender]) -> [String: SeriesStyle] {
        var styles: [String: SeriesStyle] = [:]
        var models = 0
        var externals = 0
        for contender in contenders {
            switch contender.kind {
            case .ours: styles[contender.name] = SeriesStyle(kind: "so", shape: shapes[0])
            case .limit: styles[contender.name] = SeriesStyle(kind: "sl", shape: shapes[7])
            case .external:
                styles[contender.name] = SeriesStyle(
                    kind: "sx\(externals % externalCount)", shape: shapes[(externals * 3 + 1) % 7])
                externals += 1
            case .model:
                let round = models % modelCount / 7
                styles[contender.name] = SeriesStyle(
                    kind: "s\(models % modelCount)", shape: shapes[(models + 1 + round * 3) % 7])
                models += 1
            }
        }
        return styles
    }

    /// For what has none of its own.
    static let plain = SeriesStyle(kind: "s0", shape: shapes[0])

    static let modelCount = 14
    static let externalCount = 7

    /// Disc, square, triangle up, diamond, triangle down, pentagon, bar, cross.
    private static let shapes = [
        "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z", "M-3.7-3.7h7.4v7.4h-7.4z", "M0-4.8l4.6 8.2h-9.2z",
        "M0-5.2l5.2 5.2l-5.2 5.2l-5.2-5.2z", "M0 4.8l4.6-8.2h-9.2z", "M0-4.8l4.7 3.4l-1.8 5.5h-5.8l-1.8-5.5z",
        "M-2-5h4v10h-4z", "M-4-4l8 8M-4 4l8-8",
    ]

    /// A piece of the line with its point, for the rows of a table.
    var key: String {
        "<svg class=\"sample\" width=\"36\" height=\"12\" viewBox=\"0 0 36 12\"><path class=\"line \(kind)\" d=\"M1 6H35\"/>"
            + "<path class=\"dot \(kind)\" transform=\"translate(18 6)\" d=\"\(shape)\"/></svg>"
    }
}
