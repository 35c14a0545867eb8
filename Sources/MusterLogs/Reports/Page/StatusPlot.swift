internal import MusterText

/// Classes of status as one bar over the width, with their counts and shares under it.
enum StatusPlot {
    static func html(_ statuses: [LogReport.StatusClass]) -> String {
        let statuses = statuses.filter { $0.count > 0 }
        let total = statuses.reduce(0.0) { $0 + Double($1.count) }
        guard total > 0 else { return "" }
        let shares = statuses.map { Double($0.count) / total }
        let told = zip(statuses, shares).map { $0.name + " " + ValueText.smallShare($1) }
        var plot = SVGPlot(
            id: "plot-status", title: "Lines by class of status", summary: told.joined(separator: ", "), height: 26)
        var place = 0.0
        for (status, share) in zip(statuses, shares) {
            let hint = status.name + ": " + status.count.counted("line") + " (" + ValueText.smallShare(share) + ")"
            plot.spot("f\(color(status.name))", place, share, 0, 26, hint)
            place += share
        }
        let rows = zip(statuses, shares).map { status, share in
            "<tr><th scope=\"row\"><span class=\"swatch b\(color(status.name))\"></span>" + HTMLText.inline(status.name)
                + "</th><td class=\"n lead\">" + status.count.grouped + "</td><td class=\"n\">"
                + ValueText.smallShare(share) + "</td></tr>"
        }
        return "<section><h2>Status</h2><p class=\"soft\">Lines by class of status</p><figure><div class=\"plot bare\">"
            + plot.html + "</div><table><thead><tr><th scope=\"col\">class</th><th scope=\"col\" class=\"n\">lines</th>"
            + "<th scope=\"col\" class=\"n\">share</th></tr></thead><tbody>" + rows.joined(separator: "\n")
            + "</tbody></table></figure></section>\n"
    }

    /// 1 to 6, in the order of the classes.
    private static func color(_ name: String) -> Int {
        (LogRecord.statusClasses.firstIndex(of: name) ?? 5) + 1
    }
}
