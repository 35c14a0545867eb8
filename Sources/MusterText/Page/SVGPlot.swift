/// A drawing as wide as its place and so many pixels high: horizontal places are shares of the width, vertical ones pixels,
/// so that text keeps its size on any screen.
package struct SVGPlot {
    private var elements = ""
    private let height: Int
    private let id: String
    private let title: String
    private let summary: String

    /// The identifier is unique in the page; the title and the summary are what who cannot see the drawing is told.
    package init(id: String, title: String, summary: String, height: Int) {
        self.id = id
        self.title = title
        self.summary = summary
        self.height = height
    }

    package var html: String {
        "<svg id=\"\(id)\" role=\"img\" height=\"\(height)\" aria-labelledby=\"\(id)-t \(id)-d\">"
            + "<title id=\"\(id)-t\">" + HTMLText.escaped(title) + "</title>"
            + "<desc id=\"\(id)-d\">" + HTMLText.escaped(summary, limit: 1000) + "</desc>\n" + elements + "</svg>\n"
    }

    package enum Anchor: String { case start, middle, end }

    package mutating func line(_ kind: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
        elements +=
            "<line class=\"\(kind)\" x1=\"" + HTMLText.percent(x1) + "\" y1=\"" + HTMLText.number(y1)
            + "\" x2=\"" + HTMLText.percent(x2) + "\" y2=\"" + HTMLText.number(y2) + "\"/>\n"
    }

    /// A text; `dx` moves it by pixels.
    package mutating func text(
        _ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, dx: Int = 0, kind: String = ""
    ) {
        elements +=
            "<text x=\"" + HTMLText.percent(x) + "\" y=\"" + HTMLText.number(y) + "\""
            + (anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\"") + (dx == 0 ? "" : " dx=\"\(dx)\"")
            + (kind.isEmpty ? "" : " class=\"\(kind)\"") + ">" + HTMLText.escaped(text) + "</text>\n"
    }

    /// A rectangle over a part of the width, with what is told when it is pointed at.
    package mutating func spot(
        _ kind: String, _ x: Double, _ width: Double, _ y: Double, _ height: Double, _ hint: String
    ) {
        elements +=
            "<rect class=\"\(kind)\" x=\"" + HTMLText.percent(x) + "\" y=\"" + HTMLText.number(y) + "\" width=\""
            + HTMLText.percent(width) + "\" height=\"" + HTMLText.number(height) + "\"><title>" + HTMLText.escaped(hint)
            + "</title></rect>\n"
    }

    /// A small shape around a point, in pixels, with what is told when it is pointed at.
    package mutating func mark(_ kind: String, _ x: Double, _ y: Double, _ path: String, _ hint: String) {
        elements +=
            "<svg class=\"point\" x=\"" + HTMLText.percent(x) + "\" y=\"" + HTMLText.number(y)
            + "\"><path class=\"\(kind)\" d=\""
            + path + "\"><title>" + HTMLText.escaped(hint) + "</title></path></svg>\n"
    }

    /// Shapes in a system of their own, 0 to `columns` wide and 0 to `height` high from the top, stretched over the width.
    package mutating func shapes(columns: Double, y: Double, height: Double, _ paths: [(kind: String, path: String)]) {
        elements +=
            "<svg y=\"" + HTMLText.number(y) + "\" width=\"100%\" height=\"" + HTMLText.number(height)
            + "\" viewBox=\"0 0 " + HTMLText.number(columns) + " " + HTMLText.number(height)
            + "\" preserveAspectRatio=\"none\">"
        for (kind, path) in paths where !path.isEmpty { elements += "<path class=\"\(kind)\" d=\"" + path + "\"/>" }
        elements += "</svg>\n"
    }

    /// Lines of a grid with their values on the left; the axis stands between `y` and `y + height`, its zero below.
    package mutating func values(_ axis: ValueAxis, y: Double, height: Double, _ label: (Double) -> String) {
        for tick in axis.ticks {
            let place = y + height * (1 - tick / axis.end)
            line(tick == 0 ? "axis" : "grid", 0, place, 1, place)
            text(label(tick), 0, place + 4, .end, dx: -8)
        }
    }

    /// Labels under an axis; every second is left out where the page is narrow.
    package mutating func labels(_ ticks: [(place: Double, label: String)], y: Double) {
        for (index, tick) in ticks.enumerated() where tick.place >= 0 && tick.place <= 1 {
            let kind = index.isMultiple(of: 2) ? "" : "alt"
            let anchor: Anchor = tick.place > 0.965 ? .end : tick.place < 0.02 ? .start : .middle
            line("axis", tick.place, y, tick.place, y + 4)
            text(tick.label, tick.place, y + 18, anchor, kind: kind)
        }
    }

    /// The path of a bar.
    package static func bar(_ x: Double, _ width: Double, from top: Double, to bottom: Double) -> String {
        guard bottom > top else { return "" }
        return "M" + HTMLText.number(x) + " " + HTMLText.number(bottom) + "V" + HTMLText.number(top) + "h"
            + HTMLText.number(width) + "V" + HTMLText.number(bottom) + "z"
    }
}
