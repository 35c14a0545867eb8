/// A table that scrolls to the side where it is too wide, also by keyboard; the page never does.
package enum ScrollingTable {
    /// `id` is that of its heading; the header and the rows are HTML.
    package static func html(labelled id: String, _ header: [String], _ rows: [String]) -> String {
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"" + id + "\"><table>\n<thead><tr>"
            + header.joined() + "</tr></thead>\n<tbody>\n" + rows.joined(separator: "\n") + "\n</tbody></table></div>"
    }
}
